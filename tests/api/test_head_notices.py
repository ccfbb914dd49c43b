"""The daily head: to every contact that names a person, once a day, over a real mail server and webhook."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from small_site import PASSWORD

from bim_supervise.report.send_notice import NotSentError


@pytest.fixture
def mails(free_port):
    """What a mail server on this machine takes."""
    taken = []

    class Box:
        async def handle_DATA(self, server, session, envelope):
            taken.append((envelope.rcpt_tos, envelope.content.decode()))
            return "250 OK"

    controller = Controller(Box(), hostname="127.0.0.1", port=free_port)
    controller.start()
    yield f"smtp://127.0.0.1:{free_port}/liu%40example.com", taken
    controller.stop()


@pytest.fixture
def hooks():
    """What a webhook on this machine takes."""
    taken = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", taken
    server.shutdown()
    server.server_close()


def told_by(project, folder, *rows):
    file = folder / "contacts.yaml"
    file.write_text("contacts:\n" + "".join(f"  - {json.dumps(row)}\n" for row in rows))
    project.load_contacts(file)


def sign(project):
    return project.sign("CP-RB", "liu", "reject", "checked on site", password=PASSWORD)


def test_the_head_goes_out_once_a_day_by_mail_and_webhook(project, clock, tmp_path, mails, hooks):
    (mail, letters), (hook, posts) = mails, hooks
    told_by(
        project,
        tmp_path,
        {"name": "liu", "channel": "email", "url": mail, "user": "liu", "language": "en", "severities": []},
        {"name": "wang", "channel": "webhook", "url": hook, "user": "wang", "severities": []},
        {"name": "duty", "channel": "webhook", "url": hook},
    )
    assert sum(project.send_heads().values()) == 0, "an empty ledger has no head"
    made = sign(project)
    assert project.send_heads()["sent"] == 2
    (letter,), (post,) = letters, posts
    assert letter[0] == ["liu@example.com"]
    assert made["hash"] in letter[1]
    assert (post["head"], post["entries"], post["event"]) == (made["hash"], made["entry"], "ledger_head")
    later = sign(project)
    assert sum(project.send_heads().values()) == 0, "the day's head has gone out"
    project.notify(lambda *_: None)
    assert sum(project.send_heads().values()) == 0
    clock.now += timedelta(days=1)
    assert project.send_heads()["sent"] == 2
    assert posts[-1]["head"] == later["hash"]
    assert posts[-1]["day"] == str(date.fromisoformat(post["day"]) + timedelta(days=1))
    assert project.verify_ledger(head=posts[-1]["head"])["valid"]
    assert not project.verify_ledger(head="ab" * 32)["valid"]
    told = project.head_notices()
    assert (told.head, told.entries, len(told.notices)) == (later["hash"], later["entry"], 2)
    assert "liu" not in told.unreached
    assert "sun" in told.unreached or told.unreached == ()


def test_a_head_that_was_refused_is_tried_again_and_a_cut_off_one_is_not(project, clock, tmp_path):
    told_by(
        project,
        tmp_path,
        {"name": "liu", "channel": "webhook", "url": "http://127.0.0.1:1/x", "user": "liu"},
    )
    made = sign(project)
    sent = []

    def refuse(way, title, text, data):
        raise NotSentError("nobody there", sure=True)

    assert project.send_heads(refuse)["waiting"] == 1
    sign(project)
    clock.now += timedelta(minutes=5)
    assert project.send_heads(lambda way, title, text, data: sent.append(data))["sent"] == 1
    assert sent[0]["head"] == made["hash"], "a late attempt says what was meant"
    clock.now += timedelta(days=1)

    def unsure(way, title, text, data):
        raise NotSentError("cut off", sure=False)

    assert project.send_heads(unsure)["unsure"] == 1
    clock.now += timedelta(minutes=5)
    assert sum(project.send_heads(lambda *_: sent.append(1)).values()) == 0
    assert len(sent) == 1


def test_a_contact_named_later_in_the_day_is_told_the_same_head(project, clock, tmp_path):
    first = {"name": "liu", "channel": "webhook", "url": "http://127.0.0.1:1/x", "user": "liu"}
    told_by(project, tmp_path, first)
    made = sign(project)
    sent = []
    keep = lambda way, title, text, data: sent.append(data["head"])  # noqa: E731
    project.send_heads(keep)
    sign(project)
    told_by(project, tmp_path, first, first | {"name": "wang", "user": "wang"})
    project.send_heads(keep)
    assert sent == [made["hash"]] * 2
