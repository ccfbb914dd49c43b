"""Where a person was: only for who is entitled, only with a reason, and every look is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from small_site import PASSWORD

from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.events.tracks import PERSON


def look(project, user, tag="tag-7", reason="missing since noon"):
    now = project.now()
    return project.person_visits(user, tag, now - timedelta(days=1), now, reason=reason)


def test_a_look_is_for_the_entitled_needs_a_reason_and_is_kept_whatever_it_finds(project):
    project.protect_people(["tag-*"], days=7)
    for name, capacity in (("chief", "chief_supervision_engineer"), ("owner", "owner_project_manager"),
                           ("watcher", "observer")):  # fmt: skip
        project.add_user(name, PASSWORD)
        project.appoint(name, capacity, project.today())
    for user in ("owner", "watcher", "liu"):
        with pytest.raises(PermissionRefused):
            look(project, user)
    with pytest.raises(InputRefused) as refused:
        look(project, "chief", reason="  ")
    assert refused.value.code == "read_reason_missing"
    assert project.reads("owner") == [], "nobody was shown anything"
    with pytest.raises(NotFound):
        look(project, "chief")
    [kept] = project.reads("owner")
    assert (kept.user, kept.what, kept.reason, kept.at) == (
        "chief", "visits", "missing since noon", project.now()
    )  # fmt: skip
    assert kept.subject.startswith(PERSON), "the tag itself is not written down"
    with pytest.raises(NotFound):
        look(project, "chief", kept.subject, "again")
    assert [row.subject for row in project.reads("chief")] == [kept.subject] * 2
    for user in ("watcher", "liu"):
        with pytest.raises(PermissionRefused):
            project.reads(user)


def test_a_door_without_a_reason_stays_shut(project):
    with pytest.raises(PermissionRefused) as refused:
        project.visits(f"{PERSON}0123456789abcdef", project.now() - timedelta(days=1), project.now())
    assert refused.value.code == "reads_are_recorded"
