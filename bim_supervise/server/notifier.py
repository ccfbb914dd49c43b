"""Sends notices about alarms and the ledger's daily head beside the screens, while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from anyio import to_thread

if TYPE_CHECKING:
    from bim_supervise.api import Project

_LOG = logging.getLogger(__name__)

EVERY_S = 10.0
"""How often [s] the server looks for what is due."""


async def notify_until(project: Project, stop: asyncio.Event, *, every_s: float = EVERY_S) -> None:
    """Tell the contacts what is due, again and again until ``stop`` is set."""
    cut_off = await to_thread.run_sync(project.recover_notices)
    if cut_off:
        _LOG.warning("%d notices were being sent when the server ended; they are not sent again", cut_off)
    while not stop.is_set():
        if project.contacts():
            for tell in (project.notify, project.send_heads):
                counts = await to_thread.run_sync(tell)
                if counts["failed"] or counts["unsure"]:
                    _LOG.warning("Notices: %s", counts)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every_s)
