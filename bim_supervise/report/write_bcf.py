"""Writing BCF 2.1 and 3.0: topics of this project, or an archive that was read before, as it was."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from bim_supervise.model.bcf import BcfArchive
from bim_supervise.report.snapshot import Box, Camera, camera_on, snapshot_png

_NAMESPACE = uuid.UUID("6f0d6a2e-6a53-5f0a-9d4d-0c3a1f1d7b11")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicComment:
    """A comment to write; ``key`` makes its identifier, so that it stays the same in every export."""

    key: str
    author: str
    date: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic to write.

    ``key`` makes its identifier. ``elements`` are GlobalIds, ``boxes`` what is known of their place
    (minimum and maximum corner [m] in the model's coordinates), ``around`` boxes of their neighbours for the
    picture. ``seen_from`` and ``picture`` (PNG) are what a person kept of the viewer; without them a camera
    and a picture are made of the boxes.
    """

    key: str
    title: str
    type: str
    status: str
    author: str
    created: datetime
    modified: datetime | None = None
    priority: str = ""
    description: str = ""
    due: datetime | None = None
    labels: Sequence[str] = ()
    comments: Sequence[TopicComment] = ()
    elements: Sequence[str] = ()
    boxes: Sequence[Box] = ()
    around: Sequence[Box] = ()
    seen_from: Camera | None = None
    picture: bytes = b""


def topic_guid(project: str, key: str) -> str:
    """The identifier of a topic of this project: the same in every export."""
    return str(uuid.uuid5(_NAMESPACE, f"{project}\n{key}"))


def write_bcf(topics: Iterable[Topic], *, project: str, project_name: str, version: str = "2.1") -> bytes:
    """An archive of topics; ``project`` is the project's stable identifier."""
    three = version == "3.0"
    files: dict[str, bytes] = {"bcf.version": _xml(_version(version))}
    info = ET.Element("ProjectInfo" if three else "ProjectExtension")
    named = ET.SubElement(info, "Project", ProjectId=str(uuid.uuid5(_NAMESPACE, project)))
    ET.SubElement(named, "Name").text = _clean(project_name)
    if not three:
        ET.SubElement(info, "ExtensionSchema")
    files["project.bcfp"] = _xml(info)
    listed = list(topics)
    if three:
        files["extensions.xml"] = _xml(_extensions(listed))
    for topic in listed:
        files |= _topic_files(topic, project, three)
    return packed(files)


def rewrite_bcf(archive: BcfArchive) -> bytes:
    """An archive that was read, with every file as it was; one without a version is marked as 2.0."""
    files = dict(archive.files)
    if "bcf.version" not in files:
        files["bcf.version"] = _xml(_version("2.0"))
    return packed(files)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Files as a zip that is the same for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _version(version: str) -> ET.Element:
    root = ET.Element("Version", VersionId=version)
    if version != "3.0":
        ET.SubElement(root, "DetailedVersion").text = version
    return root


def _extensions(topics: Sequence[Topic]) -> ET.Element:
    root = ET.Element("Extensions")
    for group, name, values in (
        ("TopicTypes", "TopicType", {topic.type for topic in topics}),
        ("TopicStatuses", "TopicStatus", {topic.status for topic in topics}),
        ("Priorities", "Priority", {topic.priority for topic in topics} - {""}),
        ("TopicLabels", "TopicLabel", {label for topic in topics for label in topic.labels}),
        ("Users", "User", {topic.author for topic in topics}),
    ):
        listed = ET.SubElement(root, group)
        for value in sorted(values):
            ET.SubElement(listed, name).text = _clean(value)
    return root


def _topic_files(topic: Topic, project: str, three: bool) -> dict[str, bytes]:
    guid = topic_guid(project, topic.key)
    view = topic_guid(project, f"{topic.key}\nviewpoint") if topic.elements or topic.seen_from else ""
    camera = topic.seen_from or (camera_on(topic.boxes) if topic.boxes else None)
    root = ET.Element("Markup")
    made = ET.SubElement(
        root, "Topic", Guid=guid, TopicType=_clean(topic.type), TopicStatus=_clean(topic.status)
    )
    _add(made, "Title", topic.title)
    _add(made, "Priority", topic.priority)
    labels = ET.SubElement(made, "Labels") if three and topic.labels else made
    for label in topic.labels:
        _add(labels, "Label" if three else "Labels", label)
    _add(made, "CreationDate", _date(topic.created))
    _add(made, "CreationAuthor", topic.author)
    if topic.modified is not None:
        _add(made, "ModifiedDate", _date(topic.modified))
        _add(made, "ModifiedAuthor", topic.author)
    if topic.due is not None:
        _add(made, "DueDate", _date(topic.due))
    _add(made, "Description", topic.description)
    comments = ET.SubElement(made, "Comments") if three else root
    for item in topic.comments:
        comment = ET.SubElement(comments, "Comment", Guid=topic_guid(project, f"{topic.key}\n{item.key}"))
        _add(comment, "Date", _date(item.date))
        _add(comment, "Author", item.author or "-")
        _add(comment, "Comment", item.text or "-")
    files = {}
    if view:
        listed = ET.SubElement(made, "Viewpoints") if three else root
        entry = ET.SubElement(listed, "ViewPoint" if three else "Viewpoints", Guid=view)
        _add(entry, "Viewpoint", f"{view}.bcfv")
        files[f"{guid}/{view}.bcfv"] = _xml(_viewpoint(view, topic.elements, camera, three))
        if camera is not None:
            _add(entry, "Snapshot", f"{view}.png")
            files[f"{guid}/{view}.png"] = topic.picture or snapshot_png(camera, topic.boxes, topic.around)
    return {f"{guid}/markup.bcf": _xml(root), **files}


def _viewpoint(guid: str, elements: Sequence[str], camera: Camera | None, three: bool) -> ET.Element:
    root = ET.Element("VisualizationInfo", Guid=guid)
    components = ET.SubElement(root, "Components")
    selection = ET.SubElement(components, "Selection")
    for element in elements:
        ET.SubElement(selection, "Component", IfcGuid=element)
    ET.SubElement(components, "Visibility", DefaultVisibility="true")
    if camera is not None:
        made = ET.SubElement(root, "PerspectiveCamera")
        for name, vector in (
            ("CameraViewPoint", camera.position),
            ("CameraDirection", camera.direction),
            ("CameraUpVector", camera.up),
        ):
            place = ET.SubElement(made, name)
            for axis, value in zip("XYZ", vector, strict=True):
                ET.SubElement(place, axis).text = f"{value:.6f}"
        _add(made, "FieldOfView", f"{camera.field_of_view:g}")
        if three:
            _add(made, "AspectRatio", f"{camera.aspect:.6f}")
    return root


def _add(parent: ET.Element, name: str, text: str) -> None:
    if text:
        ET.SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """Text without the signs that XML 1.0 cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(root: ET.Element) -> bytes:
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))
