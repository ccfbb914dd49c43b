"""Whoever the table does not let in, comes in nowhere: every capacity, past, present and to come."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from case_steps import CaseDraft
from small_site import PASSWORD

from bim_supervise.api import SiteRecord, WorkReport, people
from bim_supervise.api.permissions import ALLOWED, ROUTES, Action, route_action
from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound, PermissionRefused
from bim_supervise.inspection.cases import STEPS
from bim_supervise.ledger.capacities import Capacity
from bim_supervise.server.app import session_routes
from bim_supervise.server.guard import SessionGuard
from bim_supervise.server.sessions import SessionCheck

REQUESTS = 10_000 if os.environ.get("BIM_SUPERVISE_FULL") == "1" else 600
NOON = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
WHEN = ("now", "expired", "future")


@pytest.fixture
def crowd(staffed, monkeypatch):
    """The staffed site with one person for each capacity and time, and one without any."""
    # Checking a password takes a tenth of a second on purpose; here nobody gets as far as a right one.
    monkeypatch.setattr(people, "hash_password", lambda password: "none")
    monkeypatch.setattr(people, "verify_password", lambda stored, password: False)
    today = staffed.today()
    spans = {
        "now": (today, None),
        "expired": (date(2025, 1, 1), today - timedelta(days=1)),
        "future": (today + timedelta(days=1), None),
    }
    for capacity in Capacity:
        for when, (first, last) in spans.items():
            name = f"{capacity.value}.{when}"
            staffed.add_user(name, PASSWORD)
            staffed.appoint(name, capacity.value, first, last)
    staffed.add_user("nobody.ever", PASSWORD)
    return staffed


PEOPLE = [f"{capacity.value}.{when}" for capacity in Capacity for when in WHEN] + ["nobody.ever"]


def may(name, action):
    capacity, _, when = name.partition(".")
    return when == "now" and Capacity(capacity) in ALLOWED[action]


def doors(chance):
    """One request of a person at random: what it needs, and what it does."""
    checkpoint = chance.choice(["CP-RB", "CP-XX"])
    task = chance.choice(["A", "B", "C", "D", "ghost"])
    step = chance.choice(STEPS)
    capacity = chance.choice([None, *(item.value for item in Capacity)])
    draft = CaseDraft(
        text=chance.choice(["seen", ""]),
        title="x",
        tasks=[task],
        checkpoints=[checkpoint],
        password="wrong one",
    )
    kind, right = chance.choice(
        [("standing_started", Action.RECORD_SUPERVISION), ("patrol", Action.RECORD_SUPERVISION),
         ("inspected", Action.REPORT_WORK), ("remark", Action.REPORT_WORK)]
    )  # fmt: skip
    record = SiteRecord(
        kind=kind, subject_type="task", subject=task, value="pass" if kind == "inspected" else None
    )
    opening = "" in step.before
    return chance.choice(
        [
            ("sign", Action.SIGN, lambda project, user: project.sign(
                checkpoint, user, "accept", "let me in", password="wrong one", capacity=capacity)),
            ("report", Action.REPORT_WORK, lambda project, user: project.report_work(
                user, WorkReport(task=task, remark="x"))),
            ("acknowledge", Action.ACKNOWLEDGE, lambda project, user: project.acknowledge(
                "no alarm", user, "x")),
            ("record", right, lambda project, user: project.record(user, record)),
            ("comment", Action.COMMENT, lambda project, user: project.load_bcf("nowhere.bcf", user)),
            ("look", Action.READ_PERSONAL, lambda project, user: project.person_visits(
                user, chance.choice(["T-1", "ghost"]), NOON, NOON + timedelta(hours=1),
                reason=chance.choice(["accident", ""]))),
            ("reads", Action.AUDIT_READS, lambda project, user: project.reads(user)),
            ("logins", Action.AUDIT_READS, lambda project, user: project.identity_events(user)),
            ("identities", Action.ADMINISTER, lambda project, user: project.identities(user)),
            ("link", Action.ADMINISTER, lambda project, user: project.link_identity(
                chance.choice(PEOPLE), "https://id.example", str(chance.random()), user=user)),
            ("unlink", Action.ADMINISTER, lambda project, user: project.unlink_identity(
                "https://id.example", "none", user=user)),
            ("open", Action(step.right), lambda project, user: project.open_case(
                step.kind.value, user, draft, action=step.action, capacity=None)) if opening else
            ("act", Action(step.right), lambda project, user: project.act_on_case(
                _case(project, step.kind.value), step.action, user, draft)),
        ]
    )  # fmt: skip


def _case(project, kind):
    return next((case.id for case in project.cases(kind)), "NCR-404")


def test_the_facade_lets_nobody_in_whom_the_table_refuses(crowd):
    chance = random.Random(20260320)
    ledger = crowd.verify_ledger()["entries"]
    met = Counter()
    for number in range(REQUESTS):
        name, (door, action, request) = chance.choice(PEOPLE), doors(chance)
        try:
            request(crowd, name)
            answer = "done"
        except PermissionRefused:
            answer = "refused"
        except (InputRefused, NotFound, AuthenticationFailed):
            answer = "wrong"
        if not may(name, action):
            assert answer != "done", f"request {number}: {name} got in at {door} ({action})"
        met[door, answer, may(name, action)] += 1
    assert crowd.verify_ledger()["entries"] == ledger, "nobody proved who they are, so nothing was signed"
    assert {door for door, _, _ in met} >= {
        "sign",
        "report",
        "acknowledge",
        "record",
        "open",
        "act",
        "comment",
        "look",
        "reads",
        "logins",
        "identities",
        "link",
        "unlink",
    }
    kept = crowd.reads("administrator.now")
    assert {row.user for row in kept} <= {name for name in PEOPLE if may(name, Action.READ_PERSONAL)}
    assert kept, "who was let in to look is written down"
    assert any(answer == "done" for _, answer, allowed in met if allowed), "the doors do open for some"
    assert (
        sum(count for (_, answer, allowed), count in met.items() if answer == "refused" and not allowed) > 0
    )


def test_who_may_not_sign_is_told_before_the_password_is_asked(crowd):
    for name in PEOPLE:
        with pytest.raises((PermissionRefused, AuthenticationFailed)) as refused:
            crowd.sign("CP-RB", name, "accept", "let me in", password="wrong one")
        fits = name == "specialist_supervision_engineer.now"
        assert isinstance(refused.value, AuthenticationFailed) == fits, name


async def _through(guard, path, token):
    """The status that a request gets."""
    seen = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            seen.append(message["status"])

    headers = [(b"host", b"site")] + ([(b"cookie", f"bim_session={token}".encode())] if token else [])
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    await guard(scope, receive, send)
    return seen[0]


def test_every_route_lets_in_only_whom_the_table_lets_in(crowd, monkeypatch):
    monkeypatch.setattr(people, "verify_password", lambda stored, password: True)
    monkeypatch.setattr(people, "needs_rehash", lambda stored: False)
    tokens = {name: crowd.login(name, PASSWORD) for name in PEOPLE}

    async def inside(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    guard = SessionGuard(inside, SessionCheck(crowd.session_user))
    paths = ["/", "/model", "/_stcore/stream", "/media/x.png", "/attachment/" + "ab" * 32, "/shapes/chunk/x",
             "/shapes/scene/1/x", "/component/x", "/static/x.js"]  # fmt: skip
    chance = random.Random(7)

    async def all_of_them():
        for _ in range(REQUESTS):
            name, path = chance.choice([*PEOPLE, "stranger"]), chance.choice(paths)
            token = tokens.get(name) or chance.choice(["", "x" * 43])
            status = await _through(guard, path, token)
            allowed = name != "stranger" and may(name, route_action(path))
            assert (status == 200) == allowed, (name, path, status)

    asyncio.run(all_of_them())


def test_every_route_stands_in_the_table():
    for path in session_routes():
        assert any(path.startswith(prefix) for prefix in ROUTES if prefix != "/"), path
