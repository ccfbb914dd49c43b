"""Many senders, one transaction: what waits is stored together, and each learns when it is committed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class _Batch(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []
        self.committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class CommitQueue(Generic[T]):
    """Gathers items of many connections into batches for ``handle``.

    Args:
        handle: stores a batch and returns after the commit; if it raises, every submitter of the batch gets
            the error and must not acknowledge.
        most: largest number of items that start a new batch.
        linger_s: longest time [s] an item waits for company.
    """

    def __init__(
        self, handle: Callable[[Sequence[T]], Awaitable[object]], *, most: int = 500, linger_s: float = 0.02
    ) -> None:
        self._handle = handle
        self._most = most
        self._linger_s = linger_s
        self._batches: list[_Batch[T]] = []
        self._wake = asyncio.Event()

    async def submit(self, items: Sequence[T]) -> None:
        """Return when the items are committed; raises what storing them raised."""
        if not items:
            return
        if not self._batches or len(self._batches[-1].items) >= self._most:
            self._batches.append(_Batch())
        batch = self._batches[-1]
        batch.items.extend(items)
        self._wake.set()
        await asyncio.shield(batch.committed)

    async def run(self, stop: asyncio.Event) -> None:
        """Store batches until ``stop`` is set and nothing waits any more."""
        while True:
            if not self._batches:
                if stop.is_set():
                    return
                await self._wait(stop)
                continue
            self._wake.clear()
            if len(self._batches) == 1:
                await asyncio.sleep(self._linger_s)
            batch = self._batches.pop(0)
            try:
                await self._handle(batch.items)
            except Exception as error:
                batch.committed.set_exception(error)
                # Somebody whose connection is gone may never look at it.
                batch.committed.exception()
            else:
                batch.committed.set_result(None)

    async def _wait(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(self._wake.wait()), asyncio.ensure_future(stop.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            self._wake.clear()
