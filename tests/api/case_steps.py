"""Short ways to say what people do to cases, for tests."""

from __future__ import annotations

import functools
from datetime import date, timedelta

from small_site import PASSWORD

from bim_supervise import api

CaseDraft = functools.partial(api.CaseDraft, password=PASSWORD)
"""What a person says who also proves who they are."""

PEOPLE = (
    ("zhao", "chief_supervision_engineer"),
    ("qian", "specialist_supervision_engineer"),
    ("zhou", "quality_inspector"),
    ("wu", "owner_project_manager"),
)


def staff(project):
    """More people of the small site."""
    for name, capacity in PEOPLE:
        project.add_user(name, PASSWORD, display_name=name.title())
        project.appoint(name, capacity, date(2026, 1, 1))


def in_days(project, days):
    return project.today() + timedelta(days=days)


def raise_ncr(project, user="sun", *, days=3, **about):
    draft = CaseDraft(
        title="Bars too close", text="Spacing 60 mm, drawing 100 mm", due=in_days(project, days),
        **(about or {"tasks": ["B"]}),
    )  # fmt: skip
    return project.open_case("ncr", user, draft)


def step(project, case, action, user, text="seen on site"):
    return project.act_on_case(case, action, user, CaseDraft(text=text))


def close_ncr(project, case):
    """Correct, verify and close a non-conformance by three people."""
    step(project, case, "correct", "wang", "bars moved")
    step(project, case, "verify", "qian", "spacing measured")
    return step(project, case, "close", "liu", "accepted")
