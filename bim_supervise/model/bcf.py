"""BCF (buildingSMART): topics with comments, viewpoints and components, as an archive holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

VERSIONS = ("2.1", "3.0")
"""Versions that are written; older archives are read as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BcfComment:
    """A comment. ``date`` is aware (UTC where the archive names no zone), None where it gives none."""

    guid: str
    author: str
    text: str
    date: datetime | None = None
    status: str = ""
    viewpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BcfViewpoint:
    """A viewpoint: the GlobalIds it selects, and those whose visibility differs from ``default_visible``.

    ``file`` and ``snapshot`` are names inside the topic's folder, empty where there is none.
    """

    guid: str
    file: str = ""
    snapshot: str = ""
    selection: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    coloured: tuple[str, ...] = ()
    default_visible: bool = True
    camera: str = ""
    """``perspective``, ``orthogonal`` or empty."""
    seen: Mapping[str, Any] | None = None
    """Camera and clipping planes in the form of the BCF API [m]; None without a camera."""

    @property
    def components(self) -> tuple[str, ...]:
        """Every GlobalId it names, each once, in order."""
        return tuple(dict.fromkeys((*self.selection, *self.exceptions, *self.coloured)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BcfTopic:
    """A topic. Dates as in :class:`BcfComment`."""

    guid: str
    title: str
    status: str = ""
    type: str = ""
    priority: str = ""
    author: str = ""
    created: datetime | None = None
    modified: datetime | None = None
    description: str = ""
    assigned_to: str = ""
    due: str = ""
    labels: tuple[str, ...] = ()
    comments: tuple[BcfComment, ...] = ()
    viewpoints: tuple[BcfViewpoint, ...] = ()

    @property
    def components(self) -> tuple[str, ...]:
        """Every GlobalId that its viewpoints name, each once."""
        return tuple(dict.fromkeys(key for view in self.viewpoints for key in view.components))


@dataclass(frozen=True, slots=True, kw_only=True)
class BcfArchive:
    """An archive: what was understood of it, and every file as it was, so that nothing is lost.

    ``version`` is empty where the archive names none (before 2.0).
    """

    version: str
    topics: tuple[BcfTopic, ...]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    problems: tuple[str, ...] = ()
    """Topics or viewpoints that could not be understood, by the name of their file."""
