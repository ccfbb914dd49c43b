"""What follows an element to its new GlobalId in a later revision; pure.

Links and statements from site follow where the comparison is sure or a person has confirmed it. A sign-off
follows only where a named person has confirmed it: until then it is held.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bim_supervise.events.observations import SubjectType
from bim_supervise.tracking.state import Fact

FOLLOWS = frozenset({"carried", "confirmed"})
"""States of a succession in which links and statements follow."""


class Succession(NamedTuple):
    """One element and what it has become; see ``store.records.SuccessionRecord``."""

    before: str
    after: str | None
    state: str


def heirs(successions: Iterable[Succession], present: Container[str] = ()) -> dict[str, str]:
    """Earlier GlobalId to the newest one, through as many revisions as there were.

    What is ``present`` in the current revisions is itself, also when an earlier file was loaded again.

    >>> heirs([Succession("a", "b", "carried"), Succession("b", "c", "confirmed")])
    {'a': 'c', 'b': 'c'}
    >>> heirs([Succession("a", "b", "carried"), Succession("b", "a", "carried")], present={"a"})
    {'b': 'a'}
    """
    steps = {
        item.before: item.after for item in successions if item.state in FOLLOWS and item.after is not None
    }
    found: dict[str, str] = {}
    for start in steps:
        at, seen = start, {start}
        while at not in present and (following := steps.get(at)) is not None and following not in seen:
            at = following
            seen.add(at)
        if at != start:
            found[start] = at
    return found


def carried_links(
    links: Sequence[tuple[str, str, str]], heir: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """The same (element id, task id, origin) rows under the newest GlobalIds."""
    return [(heir.get(element, element), task, origin) for element, task, origin in links]


def carried_facts(facts: Iterable[Fact], heir: Mapping[str, str]) -> list[Fact]:
    """The same statements about the newest GlobalIds; their ids stay, so that each can be opened."""
    if not heir:
        return list(facts)
    return [
        replace(fact, subject=heir[fact.subject])
        if fact.subject_type is SubjectType.ELEMENT and fact.subject in heir
        else fact
        for fact in facts
    ]
