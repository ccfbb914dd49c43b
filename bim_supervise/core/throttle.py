"""Slows down the guessing of passwords without locking anybody out for good."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FORGET_AFTER_S = 900.0
"""Failures older than this [s] no longer count."""
LONGEST_WAIT_S = 300.0
"""Upper bound of one wait [s]."""
MOST_KEYS = 10_000
"""Bound on remembered keys, so that guessing with random names cannot fill the memory."""


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


class LoginThrottle:
    """Counts failed logins per address and name, per address, and per name.

    Each kind of key has its own allowance; beyond it every further failure doubles the wait, starting at
    one second. A name alone has a wide allowance: a stranger shall not be able to lock a person out.

    Args:
        monotonic: a clock in seconds that never runs backwards.
    """

    allowance = {"pair": 5, "address": 30, "name": 100}

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    @staticmethod
    def _keys(address: str, name: str) -> tuple[tuple[str, str], ...]:
        return (("pair", f"{address}\n{name}"), ("address", address), ("name", name))

    def wait_s(self, address: str, name: str) -> float:
        """Seconds until the next attempt is allowed; 0 when it is allowed now."""
        now = self._monotonic()
        longest = 0.0
        for key in self._keys(address, name):
            failures = self._failures.get(key)
            if failures is None:
                continue
            beyond = failures.count - self.allowance[key[0]]
            if beyond >= 0:
                pause = min(2.0 ** min(beyond, 20), LONGEST_WAIT_S)
                longest = max(longest, failures.last + pause - now)
        return longest

    def failed(self, address: str, name: str) -> None:
        """Records one failed attempt."""
        now = self._monotonic()
        for key in self._keys(address, name):
            known = self._failures.pop(key, None)
            fresh = known is not None and now - known.last < FORGET_AFTER_S
            self._failures[key] = _Failures(known.count + 1 if known and fresh else 1, now)
        while len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, address: str, name: str) -> None:
        """Forgets the failures of this address with this name, and of the name."""
        self._failures.pop(("pair", f"{address}\n{name}"), None)
        self._failures.pop(("name", name), None)
