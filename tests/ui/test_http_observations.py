"""The HTTP door as a gateway meets it: a real process, real sockets."""

from __future__ import annotations

import pytest
from ui_site import Server

PATH = "/api/v1/observations"
READING = {"device": "HTTP-1", "kind": "noise_level", "time": "2026-02-01T08:00:00+08:00", "value": 55.5}


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    return server.site.project.add_sender("gateway", ["HTTP-*"], by="test")[1]


def test_a_gateway_posts_single_and_batch_and_may_repeat(server: Server, token: str) -> None:
    known = {"authorization": f"Bearer {token}"}
    with server.client() as client:
        first = client.post(PATH, json=READING, headers=known)
        again = client.post(
            PATH, json=[READING, {**READING, "value": "x", "device": "HTTP-2"}], headers=known
        )
        wrong = client.post(PATH, content=b"{", headers=known)
        unknown = client.post(f"{PATH}/nothing", json=READING, headers=known)
        status = client.post(f"{PATH}/chirpstack?event=join", json={}, headers=known)
    assert (first.status_code, first.json()["stored"]) == (200, 1)
    assert (again.status_code, again.json()["duplicates"]) == (207, 1)
    assert [item["status"] for item in again.json()["items"]] == ["accepted", "rejected"]
    assert (wrong.status_code, wrong.json()["rejected_reasons"]) == (422, {"json_invalid": 1})
    assert unknown.status_code == 404
    assert unknown.json()["error"]["code"] == "feed_unknown"
    assert (status.status_code, status.json()["read"]) == (200, 0)


def test_nobody_else_gets_in_and_the_body_is_not_read(server: Server, token: str) -> None:
    with server.client() as client:
        for headers in ({}, {"authorization": "Bearer guess"}, {"authorization": f"Basic {token}"},
                        {"cookie": f"bim_session={token}"}):  # fmt: skip
            answer = client.post(PATH, json=READING, headers=headers)
            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "token_refused"
            assert answer.headers["www-authenticate"] == "Bearer"
        known = {"authorization": f"Bearer {token}"}
        for method, path in (("GET", PATH), ("PUT", PATH), ("POST", f"{PATH}x"), ("POST", f"{PATH}/a/b"),
                             ("POST", f"{PATH}/"), ("GET", f"{PATH}/vision")):  # fmt: skip
            assert client.request(method, path, headers=known).status_code == 401, (method, path)


def test_a_request_that_is_too_large_is_refused(server: Server, token: str) -> None:
    with server.client() as client:
        answer = client.post(
            PATH, content=b" " * ((8 << 20) + 1), headers={"authorization": f"Bearer {token}"}
        )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "request_too_large"
