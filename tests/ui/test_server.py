"""The server as a stranger meets it: a real process, real sockets."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
import websockets
from ui_site import PASSWORD, Server

from bim_supervise.api import WorkReport
from bim_supervise.server.login import form_token

PROTECTED = (
    "/",
    "/timeline",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/agent/openapi.json",
    "/static/js/index.js",
    "/media/x",
    "/component/x",
    "/attachment/" + "0" * 64,
    "/language/en",
    "/nothing-here",
    "//login",
    "/login/",
    "/healthz/",
    "/LOGIN",
)


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def log_in(
    client: httpx.Client, name: str = "guest", password: str = PASSWORD, **more: str
) -> httpx.Response:
    fields = form_of(client.get("/login").text)
    return client.post("/login", data={**fields, "name": name, "password": password, **more})


@pytest.fixture
def known(server: Server):
    with server.client() as client:
        assert log_in(client).status_code == 303
        yield client


def test_health_is_open_and_keeps_secrets(server: Server) -> None:
    with server.client() as client:
        answer = client.get("/healthz")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"status", "version", "ingest_age_s", "ingest_stale"}
    assert body["status"] == "ok"
    assert body["ingest_age_s"] >= 0


@pytest.mark.parametrize("path", PROTECTED)
def test_every_other_route_asks_for_a_session(server: Server, path: str) -> None:
    with server.client() as client:
        page = client.get(path, headers={"accept": "text/html"})
        thing = client.get(path, headers={"accept": "*/*"})
        forged = client.get(path, headers={"accept": "*/*", "cookie": "bim_session=guess"})
        posted = client.post(path)
    if path.startswith("/_stcore"):
        assert page.status_code == 401
    else:
        assert page.status_code == 303
        assert page.headers["location"].startswith("/login")
    assert thing.status_code == forged.status_code == posted.status_code == 401


def test_page_is_reached_again_after_login(server: Server) -> None:
    with server.client() as client:
        asked = client.get("/checkpoints?id=CP-1", headers={"accept": "text/html"})
        assert asked.headers["location"] == "/login?next=%2Fcheckpoints%3Fid%3DCP-1"
        fields = form_of(client.get(asked.headers["location"]).text)
        entered = client.post("/login", data={**fields, "name": "guest", "password": PASSWORD})
        assert entered.headers["location"] == "/checkpoints?id=CP-1"
        assert client.get("/checkpoints", headers={"accept": "text/html"}).status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/login"]
)
def test_login_never_leads_elsewhere(server: Server, target: str) -> None:
    with server.client() as client:
        assert log_in(client, next=target).headers["location"] == "/"


def test_session_cookie_is_guarded(server: Server) -> None:
    with server.client() as client:
        cookies = [value for value in log_in(client).headers.get_list("set-cookie") if "bim_session" in value]
    assert len(cookies) == 1
    lower = cookies[0].lower()
    assert "httponly" in lower
    assert "samesite=lax" in lower
    assert re.search(r"max-age=\d{4,}", lower)


def test_wrong_password_is_a_red_notice_and_changes_nothing(server: Server) -> None:
    with server.client() as client:
        fields = form_of(client.get("/login").text)
        answer = client.post(
            "/login", data={**fields, "name": '<img src="x">', "password": "wrong", "chosen": "en"}
        )
        assert answer.status_code == 401
        assert 'class="bad" role="alert"' in answer.text
        assert "The user name or the password is wrong." in answer.text
        assert '<img src="x">' not in answer.text
        assert "bim_session" not in answer.headers.get("set-cookie", "")
        assert client.get("/attachment/" + "0" * 64).status_code == 401


def test_login_page_speaks_both_languages(server: Server) -> None:
    with server.client() as client:
        assert "用户名" in client.get("/login", headers={"accept-language": "zh-CN"}).text
        assert "User name" in client.get("/login", headers={"accept-language": "en-GB"}).text
        assert "用户名" in client.get("/login?lang=zh", headers={"accept-language": "en-GB"}).text


@pytest.mark.parametrize("token", ["", "0" * 64])
def test_form_without_its_token_is_refused(server: Server, token: str) -> None:
    with server.client() as client:
        client.get("/login")
        answer = client.post("/login", data={"name": "guest", "password": PASSWORD, "csrf": token})
        assert answer.status_code == 403
        assert "bim_session" not in client.cookies


def test_form_token_of_another_browser_is_refused(server: Server) -> None:
    with server.client() as mine, server.client() as other:
        stolen = form_of(mine.get("/login").text)["csrf"]
        other.get("/login")
        answer = other.post("/login", data={"name": "guest", "password": PASSWORD, "csrf": stolen})
        assert answer.status_code == 403


def test_other_sites_cannot_post(server: Server) -> None:
    with server.client() as client:
        fields = form_of(client.get("/login").text)
        data = {**fields, "name": "guest", "password": PASSWORD}
        assert client.post("/login", data=data, headers={"origin": "https://evil.example"}).status_code == 403
        assert client.post("/login", data=data, headers={"origin": "null"}).status_code == 403
        assert client.post("/login", data=data, headers={"origin": server.url}).status_code == 303


def test_large_form_is_refused(server: Server) -> None:
    with server.client() as client:
        assert client.post("/login", content=b"name=" + b"x" * 100_000).status_code == 413


def test_guessing_is_slowed_down(server: Server) -> None:
    with server.client() as client:
        fields = form_of(client.get("/login").text)
        answers = [
            client.post("/login", data={**fields, "name": "nobody-known", "password": str(number)})
            for number in range(7)
        ]
    statuses = [answer.status_code for answer in answers]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses[5:]
    refused = answers[statuses.index(429)]
    assert int(refused.headers["retry-after"]) >= 1
    with server.client() as client:
        assert log_in(client).status_code == 303, "others are not locked out"


def test_logout_ends_the_session_at_once(server: Server) -> None:
    with server.client() as client:
        log_in(client)
        token = client.cookies["bim_session"]
        assert client.post("/logout", data={"csrf": "0" * 64}).status_code == 403
        assert client.get("/timeline", headers={"accept": "text/html"}).status_code == 200
        left = client.post("/logout", data={"csrf": form_token(token)})
        assert left.status_code == 303
        again = client.get("/_stcore/health", headers={"cookie": f"bim_session={token}"})
        assert again.status_code == 401


def test_attachment_is_served_to_people_only(server: Server, known: httpx.Client) -> None:
    task = next(row.id for row in server.site.project.tasks() if row.kind == "task")
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    server.site.project.report_work("inspector", _report(task, photos=(("a.png", "image/png", picture),)))
    sha256 = server.site.project.facts(subject=task, limit=1)[0].payload["photos"][0]
    answer = known.get(f"/attachment/{sha256}")
    assert answer.status_code == 200
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/png"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert known.get("/attachment/" + "0" * 64).status_code == 404
    assert known.get("/attachment/..%2f..%2fetc%2fpasswd").status_code in (400, 404)
    with server.client() as stranger:
        assert stranger.get(f"/attachment/{sha256}").status_code == 401


def _report(task: str, **fields: object):
    return WorkReport(task=task, remark="seen", **fields)


def test_language_is_kept_with_the_account(server: Server, known: httpx.Client) -> None:
    answer = known.get("/language/en?next=/timeline")
    assert answer.headers["location"] == "/timeline"
    assert server.site.project.user("guest").language == "en"
    known.get("/language/zh")
    assert known.get("/language/xx").status_code == 303
    assert server.site.project.user("guest").language == "zh"


def test_security_headers_are_everywhere(server: Server, known: httpx.Client) -> None:
    with server.client() as stranger:
        answers = [stranger.get("/login"), stranger.get("/healthz"), stranger.get("/nothing"), known.get("/")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
    assert "script-src" not in answers[0].headers["content-security-policy"]


def _open_websocket(server: Server, **headers: str) -> int:
    async def attempt() -> int:
        target = server.url.replace("http", "ws") + "/_stcore/stream"
        origin = headers.pop("origin", server.url)
        try:
            async with websockets.connect(
                target, origin=origin or None, additional_headers=headers, subprotocols=["streamlit"]
            ):
                return 101
        except websockets.InvalidStatus as error:
            return error.response.status_code

    return asyncio.run(attempt())


def test_websocket_asks_for_session_and_origin(server: Server, known: httpx.Client) -> None:
    cookie = f"bim_session={known.cookies['bim_session']}"
    assert _open_websocket(server) == 401
    assert _open_websocket(server, cookie="bim_session=guess") == 401
    assert _open_websocket(server, cookie=cookie, origin="https://evil.example") == 403
    assert _open_websocket(server, cookie=cookie, origin="") == 403
    assert _open_websocket(server, cookie=cookie) == 101


def test_websocket_ends_with_its_session(server: Server) -> None:
    async def story() -> None:
        token = server.site.project.login("guest", PASSWORD)
        async with websockets.connect(
            server.url.replace("http", "ws") + "/_stcore/stream",
            origin=server.url,
            additional_headers={"cookie": f"bim_session={token}"},
            subprotocols=["streamlit"],
        ) as socket:
            server.site.project.logout(token)
            await asyncio.sleep(3.2)
            await socket.send(b"\x08\x01")
            await asyncio.wait_for(socket.wait_closed(), 10)

    asyncio.run(story())
