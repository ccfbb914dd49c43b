"""Several statements under one identity: which counts, and which are kept beside it.

The outcome is a function of the *set* of statements, never of the order they came in, so a replay and a
shuffled replay end in the same store:

- statements that say the same (``content``) are one. It is vouched for if any copy is; it is distrusted if
  any copy is; it was received when the first copy was;
- of different ones, a vouched-for one counts before an anonymous one, a trusted one before a distrusted one,
  and then the one with the smaller ``order``. All others are kept as conflicts and reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement; ``content`` is what it says (hashable), ``order`` how it ranks among different ones.

    ``distrust`` is 0 for a trusted statement, more for graver doubts.
    """

    content: Any
    order: Any
    authenticated: bool
    distrust: int
    received: datetime
    source: str


def settle(statements: Iterable[Statement]) -> list[Statement]:
    """The different statements, best first: the first one counts, the rest are its conflicts."""
    merged: dict[Any, Statement] = {}
    for statement in statements:
        known = merged.get(statement.content)
        merged[statement.content] = statement if known is None else _merge(known, statement)
    return sorted(merged.values(), key=lambda one: (not one.authenticated, one.distrust > 0, one.order))


def _merge(one: Statement, other: Statement) -> Statement:
    first = min(one, other, key=lambda copy: (copy.received, copy.source))
    return replace(
        first,
        authenticated=one.authenticated or other.authenticated,
        distrust=max(one.distrust, other.distrust),
    )
