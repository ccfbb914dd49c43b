"""Keeps the MQTT subscriber running beside the screens: restarts it, slower and slower, until stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_LOG = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
GOOD_RUN_S = 120.0
"""A run that lasted this long [s] starts the pauses from the beginning again."""
STOP_WITHIN_S = 10.0
"""How long [s] a subscriber may take to finish its transaction at shutdown."""


async def keep_running(job: Callable[[asyncio.Event], Awaitable[object]], stop: asyncio.Event) -> None:
    """Runs ``job(stop)`` again and again until ``stop`` is set; failures are logged and waited out."""
    pause = FIRST_PAUSE_S
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        began = loop.time()
        try:
            await job(stop)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # Every failure is retried: evidence must come in again without anybody at the keyboard.
            _LOG.warning("Subscriber failed, next attempt in %.0f s: %s", pause, error)
        if stop.is_set():
            return
        if loop.time() - began > GOOD_RUN_S:
            pause = FIRST_PAUSE_S
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)


@contextlib.asynccontextmanager
async def running(job: Callable[[asyncio.Event], Awaitable[object]]) -> AsyncIterator[None]:
    """Runs ``job`` in the background for as long as the context lasts; lets it finish what it holds."""
    stop = asyncio.Event()
    task = asyncio.create_task(keep_running(job, stop), name="subscriber")
    try:
        yield
    finally:
        stop.set()
        _, pending = await asyncio.wait({task}, timeout=STOP_WITHIN_S)
        if pending:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
