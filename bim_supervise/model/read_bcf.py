"""Reading BCF archives of strangers: in a child process, without entities, with a bound on what unpacks."""

from __future__ import annotations

import math
import zipfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused
from bim_supervise.model.bcf import BcfArchive, BcfComment, BcfTopic, BcfViewpoint

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 1 << 30
"""An archive that unpacks to more [bytes] is refused."""
MOST_FILES = 50_000


def read_bcf(path: Path, *, timeout_s: float = 300.0, memory_bytes: int = 4 << 30) -> BcfArchive:
    """Read a BCF archive of version 1.0 to 3.0, with or without ``bcf.version``.

    Raises:
        InputRefused: ``bcf_unreadable`` (no zip, or damaged), ``bcf_too_big``, ``bcf_without_topics``;
            ``reader_timeout reader_memory reader_crashed``.
    """
    archive: BcfArchive = run_limited(
        read_in_child, str(Path(path).absolute()), timeout_s=timeout_s, memory_bytes=memory_bytes
    )
    return archive


def read_in_child(path: str, progress: Progress) -> BcfArchive:
    """What the child does."""
    files = _unpacked(path)
    progress("open", 1.0)
    folders = sorted(name.rpartition("/")[0] for name in files if PurePosixPath(name).name == "markup.bcf")
    if not folders:
        raise InputRefused(
            "bcf_without_topics",
            f"{PurePosixPath(path).name} holds no topic (no markup.bcf).",
            "Check that it is a BCF archive.",
            file=PurePosixPath(path).name,
        )
    topics: list[BcfTopic] = []
    problems: list[str] = []
    for at, folder in enumerate(folders, 1):
        try:
            topics.append(_topic(files, folder, problems))
        except (SyntaxError, ValueError) as error:
            problems.append(f"{folder}/markup.bcf: {error}")
        progress("topics", at / len(folders))
    return BcfArchive(version=_version(files), topics=tuple(topics), files=files, problems=tuple(problems))


def _unpacked(path: str) -> dict[str, bytes]:
    name = PurePosixPath(path).name
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [item for item in archive.infolist() if not item.is_dir()]
            if len(entries) > MOST_FILES or sum(item.file_size for item in entries) > MOST_BYTES:
                raise InputRefused(
                    "bcf_too_big",
                    f"{name} unpacks to more than {MOST_BYTES >> 20} MiB.",
                    "Split it, or leave the attached models out.",
                    file=name,
                    mebibytes=MOST_BYTES >> 20,
                )
            # Some writers use backslashes; inside an archive only slashes separate.
            return {item.filename.replace("\\", "/"): archive.read(item) for item in entries}
    except (OSError, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputRefused(
            "bcf_unreadable",
            f"{name} is no readable BCF archive: {error}.",
            "Export it again.",
            file=name,
            problem=str(error),
        ) from error


def _parsed(data: bytes) -> Element:
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(data, forbid_dtd=True)
    for element in root.iter():
        # Names without a namespace: versions and writers disagree on whether there is one.
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def _version(files: dict[str, bytes]) -> str:
    data = files.get("bcf.version")
    if data is None:
        return ""
    try:
        root = _parsed(data)
    except (SyntaxError, ValueError):
        return ""
    return root.get("VersionId", "")


def _topic(files: dict[str, bytes], folder: str, problems: list[str]) -> BcfTopic:
    root = _parsed(files[f"{folder}/markup.bcf" if folder else "markup.bcf"])
    topic = root.find("Topic")
    if topic is None:
        raise ValueError("no Topic")
    comments = [*topic.findall("Comments/Comment"), *root.findall("Comment")]
    return BcfTopic(
        guid=topic.get("Guid", folder),
        title=_text(topic, "Title"),
        status=topic.get("TopicStatus", ""),
        type=topic.get("TopicType", ""),
        priority=_text(topic, "Priority"),
        author=_text(topic, "CreationAuthor"),
        created=_date(_text(topic, "CreationDate")),
        modified=_date(_text(topic, "ModifiedDate")),
        description=_text(topic, "Description"),
        assigned_to=_text(topic, "AssignedTo"),
        due=_text(topic, "DueDate"),
        labels=tuple(_labels(topic)),
        comments=tuple(_comment(item) for item in comments),
        viewpoints=tuple(_viewpoints(files, folder, root, problems)),
    )


def _labels(topic: Element) -> list[str]:
    return [
        (item.text or "").strip()
        for element in topic.findall("Labels")
        for item in (element.findall("Label") or [element])
        if (item.text or "").strip()
    ]


def _comment(item: Element) -> BcfComment:
    viewpoint = item.find("Viewpoint")
    return BcfComment(
        guid=item.get("Guid", ""),
        author=_text(item, "Author"),
        text=_text(item, "Comment"),
        date=_date(_text(item, "Date")),
        status=_text(item, "VerbalStatus") or _text(item, "Status"),
        viewpoint="" if viewpoint is None else viewpoint.get("Guid", ""),
    )


def _viewpoints(
    files: dict[str, bytes], folder: str, root: Element, problems: list[str]
) -> list[BcfViewpoint]:
    named = [*root.findall("Topic/Viewpoints/ViewPoint"), *root.findall("Viewpoints")]
    found = [(item.get("Guid", ""), _text(item, "Viewpoint"), _text(item, "Snapshot")) for item in named]
    listed = {file for _, file, _ in found}
    # Version 1.0 and some writers of 2.1 keep the default names and do not list them.
    found += [
        ("", name, "snapshot.png" if _in(folder, "snapshot.png") in files else "")
        for path in sorted(files)
        if path.rpartition("/")[0] == folder
        and (name := path.rpartition("/")[2]).endswith(".bcfv")
        and name not in listed
    ]
    made = []
    for guid, file, snapshot in found:
        data = files.get(_in(folder, file)) if file else None
        info = None
        if data is not None:
            try:
                info = _parsed(data)
            except (SyntaxError, ValueError) as error:
                problems.append(f"{_in(folder, file)}: {error}")
        made.append(_viewpoint(guid, file, snapshot, info))
    return made


def _viewpoint(guid: str, file: str, snapshot: str, info: Element | None) -> BcfViewpoint:
    if info is None:
        return BcfViewpoint(guid=guid, file=file, snapshot=snapshot)
    visibility = info.find("Components/Visibility")
    old = info.findall("Components/Component")
    selected = [
        *info.findall("Components/Selection/Component"),
        # Before 2.1 every component stood in one list, selected unless it says otherwise.
        *(item for item in old if item.get("Selected", "true").lower() in ("true", "1")),
    ]
    hidden = [item for item in old if item.get("Visible", "true").lower() in ("false", "0")]
    perspective, orthogonal = info.find("PerspectiveCamera"), info.find("OrthogonalCamera")
    shown = "true" if visibility is None else visibility.get("DefaultVisibility", "false")
    return BcfViewpoint(
        guid=guid or info.get("Guid", ""),
        file=file,
        snapshot=snapshot,
        selection=_guids(selected),
        exceptions=_guids([*info.findall("Components/Visibility/Exceptions/Component"), *hidden]),
        coloured=_guids(info.findall("Components/Coloring//Component")),
        default_visible=shown.lower() in ("true", "1"),
        camera="perspective" if perspective is not None else "orthogonal" if orthogonal is not None else "",
        seen=_seen(info),
    )


def _seen(info: Element) -> dict[str, Any] | None:
    """Where it looks from and what it cuts away; a camera with a missing or endless number is none."""
    for name in ("Perspective", "Orthogonal"):
        camera = info.find(f"{name}Camera")
        if camera is None:
            continue
        try:
            made: dict[str, Any] = {
                key: _point(camera, part)
                for key, part in (
                    ("camera_view_point", "CameraViewPoint"),
                    ("camera_direction", "CameraDirection"),
                    ("camera_up_vector", "CameraUpVector"),
                )
            }
            for key, part in (
                ("field_of_view", "FieldOfView"),
                ("view_to_world_scale", "ViewToWorldScale"),
                ("aspect_ratio", "AspectRatio"),
            ):
                if text := _text(camera, part):
                    made[key] = _finite(text)
            planes = [
                {"location": _point(plane, "Location"), "direction": _point(plane, "Direction")}
                for plane in info.findall("ClippingPlanes/ClippingPlane")
            ]
        except ValueError:
            return None
        return {f"{name.lower()}_camera": made, "clipping_planes": planes}
    return None


def _point(element: Element, name: str) -> dict[str, float]:
    return {axis.lower(): _finite(_text(element, f"{name}/{axis}")) for axis in "XYZ"}


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _guids(components: list[Element]) -> tuple[str, ...]:
    return tuple(guid for item in components if (guid := item.get("IfcGuid")))


def _in(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _text(element: Element, name: str) -> str:
    found = element.find(name)
    return "" if found is None else (found.text or "").strip()


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
