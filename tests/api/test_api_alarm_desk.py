"""The alarm desk of a real project: who may shelve what, and notices that go out once, also past a kill."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bim_supervise.api import Project
from bim_supervise.core.errors import InputRefused, PermissionRefused
from bim_supervise.report.send_notice import NotSentError, Way, request_of, send_notice

CONTACTS = """\
contacts:
  - {name: duty, channel: webhook, url: "http://127.0.0.1:1/hook?key=s3cret", language: en}
  - {name: chief, channel: wecom, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc", level: 1}
"""


@pytest.fixture
def loud(project: Project, clock, tmp_path) -> Project:
    """The small site on a loud evening: one alarm of the boundary meter."""
    start = clock.now.replace(hour=6, minute=0)
    rows = "".join(
        json.dumps(
            {
                "device": "N1", "kind": "noise_level", "value": 84.0,
                "time": (start + timedelta(minutes=minute)).isoformat(),
            }
        ) + "\n"
        for minute in range(40)
    )  # fmt: skip
    (tmp_path / "loud.jsonl").write_text(rows)
    clock.now = start + timedelta(minutes=40)
    project.observe([tmp_path / "loud.jsonl"], authenticated=True)
    project.evaluate()
    (tmp_path / "contacts.yaml").write_text(CONTACTS)
    return project


def noise(project: Project):
    return next(alarm for alarm in project.alarms() if alarm.rule == "NOI-CN-01")


def test_shelving_is_recorded_bounded_and_ends_by_itself(loud, clock):
    alarm = noise(loud)
    with pytest.raises(PermissionRefused):
        loud.shelve(alarm.id, "guest", loud.now() + timedelta(hours=1), "why")
    with pytest.raises(InputRefused, match="at most"):
        loud.shelve(alarm.id, "liu", loud.now() + timedelta(days=40), "why")
    with pytest.raises(InputRefused, match="reason"):
        loud.shelve(alarm.id, "liu", loud.now() + timedelta(hours=1), " ")
    assert loud.shelve(alarm.id, "liu", loud.now() + timedelta(hours=1), "pour till 23:00") == "shelved"
    shelved = noise(loud)
    assert (shelved.state, shelved.shelved_by, shelved.shelved_because) == (
        "shelved", ["liu"], "pour till 23:00"
    )  # fmt: skip
    clock.now += timedelta(hours=2)
    assert noise(loud).state == "open"


def test_a_notice_goes_out_once_and_again_only_when_it_rises(loud, clock, tmp_path):
    loud.load_contacts(tmp_path / "contacts.yaml")
    assert [row["host"] for row in loud.contacts()] == ["127.0.0.1", "qyapi.weixin.qq.com"]
    assert "s3cret" not in json.dumps(loud.contacts())
    sent = []

    def keep(way: Way, title, text, data):
        sent.append((way.channel, data["event"], data["rule"], text))

    loud.notify(keep)
    mine = [one for one in sent if one[2] == "NOI-CN-01"]
    assert [one[:2] for one in mine] == [("webhook", "raised")]
    assert "84" in mine[0][3]
    before = len(sent)
    loud.notify(keep)
    assert len(sent) == before
    clock.now += timedelta(hours=10)
    loud.notify(keep)
    mine = [one[:2] for one in sent if one[2] == "NOI-CN-01"]
    assert ("wecom", "escalated_1") in mine
    assert len(mine) == len(set(mine))
    assert {notice.state for notice in loud.notices()} == {"sent"}


def test_what_a_kill_cuts_off_is_never_sent_twice(loud, tmp_path):
    loud.load_contacts(tmp_path / "contacts.yaml")
    tried = []

    class KilledError(BaseException):
        pass

    def die(way, title, text, data):
        tried.append(data["alarm"])
        raise KilledError

    with pytest.raises(KilledError):
        loud.notify(die)
    assert loud.recover_notices() == 1
    again = []
    loud.notify(lambda way, title, text, data: again.append(data["alarm"]))
    assert tried[0] not in again
    assert [notice.state for notice in loud.notices()].count("unsure") == 1


def test_a_refused_notice_is_tried_again_and_given_up_in_the_end(loud, clock, tmp_path):
    loud.load_contacts(tmp_path / "contacts.yaml")

    def refuse(way, title, text, data):
        raise NotSentError("HTTP 404", sure=True)

    for _ in range(12):
        loud.notify(refuse)
        clock.now += timedelta(minutes=6)
    assert {(notice.state, notice.attempts, notice.problem) for notice in loud.notices()} == {
        ("failed", 5, "HTTP 404")
    }


def test_contacts_that_cannot_be_meant_are_refused(loud, tmp_path):
    for wrong in (
        "contacts: [{name: a, channel: pigeon, url: 'https://x.y'}]",
        "contacts: [{name: a, channel: wecom, url: 'http://example.com/hook'}]",
        "contacts: [{name: a, channel: email, url: 'https://x.y'}]",
        "contacts: [{name: a, channel: wecom, url: 'https://x.y', level: 7}]",
        "contacts: 3",
    ):
        (tmp_path / "wrong.yaml").write_text(wrong)
        with pytest.raises(InputRefused) as refused:
            loud.load_contacts(tmp_path / "wrong.yaml")
        assert refused.value.code == "contacts_invalid"


@pytest.fixture
def robot():
    """A robot on this machine that answers what a test wants and remembers what it was told."""
    told, answer = [], {"code": 200, "body": b'{"errcode": 0}'}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(answer["code"])
            if answer["code"] == 302:
                self.send_header("location", "/elsewhere")
            self.end_headers()
            self.wfile.write(answer["body"])

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", told, answer
    server.shutdown()
    server.server_close()


def test_a_real_robot_gets_the_message_and_its_refusal_is_understood(robot):
    url, told, answer = robot
    send_notice(Way(channel="wecom", url=url), "t", "text", {})
    assert told == [{"msgtype": "text", "text": {"content": "text"}}]
    answer["body"] = b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
    for code, sure in ((200, True), (404, True), (302, True), (503, False)):
        answer["code"] = code
        with pytest.raises(NotSentError) as refused:
            send_notice(Way(channel="dingtalk", url=url), "t", "text", {})
        assert refused.value.sure is sure
    answer |= {"code": 200, "body": b"<html>"}
    with pytest.raises(NotSentError):
        send_notice(Way(channel="feishu", url=url), "t", "text", {})
    assert len(told) == 6
    with pytest.raises(NotSentError) as gone:
        send_notice(Way(channel="webhook", url="http://127.0.0.1:1/"), "t", "text", {})
    assert gone.value.sure


def test_robots_that_want_a_signature_get_one():
    way = Way(channel="dingtalk", url="https://oapi.dingtalk.com/robot/send?access_token=t", secret="SEC1")
    url, body = request_of(way, "hi", {}, now_s=1_700_000_000.0)
    assert url.startswith("https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1700000000000&sign=")
    assert body == {"msgtype": "text", "text": {"content": "hi"}}
    way = Way(channel="feishu", url="https://open.feishu.cn/hook/x", secret="SEC1")
    url, body = request_of(way, "hi", {}, now_s=1_700_000_000.0)
    assert (url, body["timestamp"], body["content"]) == (way.url, "1700000000", {"text": "hi"})
    assert len(body["sign"]) == 44
