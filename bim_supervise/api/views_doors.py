"""What faces show of how evidence comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """A feed; ``own_mapping`` when it reads messages otherwise than its format."""

    name: str
    door: str
    topics: tuple[str, ...]
    format: str
    own_mapping: bool
    vouched: bool
    devices: tuple[str, ...]
    statements: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderView:
    """A sender; its secret is shown nowhere."""

    id: str
    name: str
    door: str
    devices: tuple[str, ...]
    addresses: tuple[str, ...]
    statements: bool
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None
