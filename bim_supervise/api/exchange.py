"""BCF: non-conformances and failing checkpoints out, comments and status back in, joined by GlobalId."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bim_supervise.api.base import EVIDENCE, existing_file
from bim_supervise.api.case_views import CaseView
from bim_supervise.api.cases import Cases
from bim_supervise.api.views import CheckpointView
from bim_supervise.core.clock import to_utc
from bim_supervise.core.errors import InputRefused
from bim_supervise.core.whole_file import write_whole
from bim_supervise.inspection.cases import Note
from bim_supervise.model.bcf import VERSIONS, BcfTopic
from bim_supervise.model.elements import Element
from bim_supervise.model.read_bcf import read_bcf
from bim_supervise.report.snapshot import Box, Camera
from bim_supervise.report.write_bcf import Topic, TopicComment, topic_guid, write_bcf
from bim_supervise.store.work_exchange import BcfTopicRecord

_KINDS = ("ncr", "notice", "stop")
_PNG = b"\x89PNG\r\n\x1a\n"
_FAILING = ("evidence_failed", "blocked_by_ncr", "stale")


@dataclass(frozen=True, slots=True, kw_only=True)
class BcfTopicView:
    """A loaded topic; ``elements`` are its components that the current model has, ``unknown`` the others."""

    guid: str
    title: str
    status: str
    case: str | None
    author: str
    comments: Sequence[tuple[str, str, str]]
    """Author, date (ISO 8601, UTC; empty where the archive gives none) and text."""
    elements: Sequence[str]
    unknown: Sequence[str]
    loaded_by: str
    loaded_at: datetime
    view: Mapping[str, Any] | None = None
    """Its first viewpoint with a camera, in the form of the BCF API; None where it has none."""


class Exchange(Cases):
    """Issues to and from other tools."""

    def export_bcf(self, path: str | Path, *, version: str = "2.1", language: str = "zh") -> dict[str, Any]:
        """Write non-conformances, notices, stops and failing checkpoints as BCF topics.

        Each has its elements selected in a viewpoint, and a picture of where they are. The same case has the
        same identifier in every export, so that other tools update it.

        Raises:
            InputRefused: ``bcf_version_unknown`` or ``file_not_writable``.
        """
        if version not in VERSIONS:
            raise InputRefused(
                "bcf_version_unknown",
                f"BCF {version} is not written.",
                f"Use {' or '.join(VERSIONS)}.",
                version=version,
                known=list(VERSIONS),
            )
        with self._store.reading() as work:
            project = work.project()
            elements = {item.global_id: item for item in work.elements()} if work.current_model() else {}
        boxes = _Places(elements)
        topics = [
            *(self._case_topic(case, boxes) for kind in _KINDS for case in self.cases(kind)),
            *(
                self._checkpoint_topic(point, boxes, language)
                for point in self.checkpoints()
                if point.state in _FAILING
            ),
        ]
        data = write_bcf(topics, project=project.id, project_name=project.name, version=version)
        target = Path(path).expanduser()
        write_whole(target, [data])
        return {"file": str(target), "version": version, "topics": len(topics)}

    def load_bcf(self, path: str | Path, user: str) -> dict[str, Any]:
        """Read a BCF archive: topics join the model by GlobalId, comments on own cases come back to them.

        A status that another tool gave stands beside the case and never closes it: that takes a signature.

        Raises:
            NotFound: ``file_missing``.
            PermissionRefused: ``not_appointed``.
            InputRefused: ``bcf_unreadable``, ``bcf_too_big``, ``bcf_without_topics`` and those of the reader.
        """
        self.require(user, "comment")
        file = existing_file(path)
        archive = read_bcf(file)
        now = self.now()
        with self._write(EVIDENCE) as work:
            kept = work.add_attachment(file.read_bytes(), "application/zip", file.name, self._clock()).sha256
            project = work.project().id
            known = work.content_hashes() or {}
            own = {topic_guid(project, f"case:{note.case}"): note.case for note in work.notes()}
            capacity = next((item.capacity.value for item in self._appointments(work, user)), "")
            added = 0
            for topic in archive.topics:
                case = own.get(topic.guid.lower())
                if case is not None:
                    added += self._comments_back(work.notes(case), topic, user, capacity, now, work.add_note)
            work.upsert_bcf_topics(
                [
                    BcfTopicRecord(
                        guid=topic.guid,
                        archive=kept,
                        case=own.get(topic.guid.lower()),
                        body=json.loads(json.dumps(dataclasses.asdict(topic), default=_plain)),
                        loaded_by=user,
                        loaded_at=now,
                    )
                    for topic in archive.topics
                ]
            )
        components = {key for topic in archive.topics for key in topic.components}
        return {
            "version": archive.version or None,
            "topics": len(archive.topics),
            "comments": sum(len(topic.comments) for topic in archive.topics),
            "viewpoints": sum(len(topic.viewpoints) for topic in archive.topics),
            "components": len(components),
            "joined": len(components & known.keys()),
            "unknown": len(components - known.keys()),
            "comments_added": added,
            "problems": list(archive.problems),
        }

    def bcf_topics(self) -> list[BcfTopicView]:
        """Loaded topics with what they mean in the current model."""
        with self._store.reading() as work:
            known = work.content_hashes() or {}
            records = work.bcf_topics()
        made = []
        for record in records:
            body = record.body
            named = list(
                dict.fromkeys(
                    key
                    for view in body["viewpoints"]
                    for part in ("selection", "exceptions", "coloured")
                    for key in view[part]
                )
            )
            made.append(
                BcfTopicView(
                    guid=record.guid,
                    title=body["title"],
                    status=body["status"],
                    case=record.case,
                    author=body["author"],
                    comments=[
                        (item["author"], item["date"] or "", item["text"]) for item in body["comments"]
                    ],
                    elements=[key for key in named if key in known],
                    unknown=[key for key in named if key not in known],
                    loaded_by=record.loaded_by,
                    loaded_at=record.loaded_at,
                    view=_view(body["viewpoints"]),
                )
            )
        return made

    def bcf_snapshot(self, guid: str) -> bytes | None:
        """The first PNG picture of a loaded topic, from the archive that was kept; None where it has none.

        Raises:
            InputRefused: those of the reader.
        """
        with self._store.reading() as work:
            record = next((item for item in work.bcf_topics() if item.guid == guid), None)
            kept = work.attachment_bytes(record.archive) if record else b""
        if record is None:
            return None
        names = [view["snapshot"] for view in record.body["viewpoints"] if view["snapshot"]]
        with tempfile.TemporaryDirectory(prefix="bim-supervise-bcf-") as folder:
            file = Path(folder) / "kept.bcf"
            file.write_bytes(kept)
            files = read_bcf(file).files
        found = (files.get(f"{guid}/{name}", b"") for name in names)
        return next((picture for picture in found if picture.startswith(_PNG)), None)

    def _comments_back(
        self, notes: Sequence[Note], topic: BcfTopic, user: str, capacity: str, now: datetime, add: Any
    ) -> int:
        """Comments of other tools on an own case as notes; what came before, or went out, is known."""
        project = self._record().id
        case = notes[0].case
        known = {str(note.data.get("bcf_comment")) for note in notes}
        known |= {topic_guid(project, f"case:{case}\nnote:{note.number}") for note in notes}
        count = 0
        for comment in topic.comments:
            if not comment.guid or comment.guid in known or comment.guid.lower() in known:
                continue
            known.add(comment.guid)
            add(
                Note(
                    number=0,
                    case=case,
                    kind=notes[0].kind,
                    action="comment",
                    user=user,
                    capacity=capacity,
                    at=now,
                    text=comment.text,
                    data={
                        "bcf_comment": comment.guid,
                        "bcf_author": comment.author,
                        "bcf_date": comment.date.isoformat() if comment.date else "",
                        "bcf_status": comment.status or topic.status,
                    },
                )
            )
            count += 1
        return count

    def _case_topic(self, case: CaseView, boxes: _Places) -> Topic:
        elements = case.elements or self._elements_of(case.tasks, case.checkpoints)
        return Topic(
            key=f"case:{case.id}",
            title=f"{case.id} {case.title}".strip(),
            type=case.kind.upper(),
            status="Closed" if case.ended_at else "Open",
            author=case.author,
            created=case.opened_at,
            modified=case.notes[-1].at,
            priority="Critical" if case.kind == "stop" else "Major",
            description=case.notes[0].text,
            due=to_utc(datetime.combine(case.due, datetime.max.time()), self.zone) if case.due else None,
            labels=(case.state,),
            comments=[
                TopicComment(
                    key=f"note:{self._numbers(case)[at]}",
                    author=str(note.data.get("bcf_author") or note.user_name),
                    date=note.at,
                    text=f"[{note.action}] {note.text}".strip(),
                )
                for at, note in enumerate(case.notes)
                if at > 0 and not note.data.get("bcf_comment")
            ],
            elements=elements,
            boxes=boxes.of(elements),
            around=boxes.around(elements),
            **self._kept_view(case),
        )

    def _kept_view(self, case: CaseView) -> dict[str, Any]:
        """The newest view of the viewer that a note of the case carries, with its picture."""
        for note in reversed(case.notes):
            camera = (note.data.get("viewpoint") or {}).get("perspective_camera")
            if not camera:
                continue
            with self._store.reading() as work:
                pictures = [work.attachment_bytes(digest) for digest in note.files]
            position, direction, up = (
                (float(camera[part]["x"]), float(camera[part]["y"]), float(camera[part]["z"]))
                for part in ("camera_view_point", "camera_direction", "camera_up_vector")
            )
            seen = Camera(
                position=position,
                direction=direction,
                up=up,
                field_of_view=float(camera.get("field_of_view", 60.0)),
                aspect=float(camera.get("aspect_ratio") or 4 / 3),
            )
            return {
                "seen_from": seen,
                "picture": next((item for item in pictures if item.startswith(_PNG)), b""),
            }
        return {}

    def _numbers(self, case: CaseView) -> list[int]:
        with self._store.reading() as work:
            return [note.number for note in work.notes(case.id)]

    def _checkpoint_topic(self, point: CheckpointView, boxes: _Places, language: str) -> Topic:
        title = point.title.get(language) or point.id
        said = [
            self.catalogue().text(f"reason.{item.reason}", language, **item.params)
            for item in point.verdicts
            if item.outcome == "fail"
        ]
        times = [item.since or item.window_end for item in point.verdicts if item.since or item.window_end]
        return Topic(
            key=f"checkpoint:{point.id}",
            title=f"{point.id} {title}",
            type="CHECKPOINT",
            status="Open",
            author="bim-supervise",
            created=min((item for item in times if item), default=self.now()),
            description="\n".join(said),
            labels=(point.state,),
            elements=point.elements,
            boxes=boxes.of(point.elements),
            around=boxes.around(point.elements),
        )

    def _elements_of(self, tasks: Sequence[str], checkpoints: Sequence[str]) -> tuple[str, ...]:
        """Elements of the tasks and checkpoints that a case names instead of elements."""
        situation = self.situation()
        named = [*tasks]
        for name in checkpoints:
            judged = situation.judged.get(name)
            if judged is not None and judged.checkpoint.task:
                named.append(judged.checkpoint.task)
        states = [situation.by_task[name] for name in named if name in situation.by_task]
        return tuple(dict.fromkeys(item.global_id for state in states for item in state.elements))


class _Places:
    """Where elements are, as far as the model says."""

    def __init__(self, elements: dict[str, Element]) -> None:
        self._boxes = {key: item.bounding_box for key, item in elements.items() if item.bounding_box}

    def of(self, elements: Sequence[str]) -> list[Box]:
        """Boxes of elements; those without a shape are left out."""
        return [self._boxes[key] for key in elements if key in self._boxes]

    def around(self, elements: Sequence[str]) -> list[Box]:
        """Boxes of the other elements, the nearest first."""
        own = self.of(elements)
        if not own:
            return []
        middle = [sum(box[axis] + box[axis + 3] for box in own) / 2 / len(own) for axis in range(3)]
        named = set(elements)
        others = [box for key, box in self._boxes.items() if key not in named]
        return sorted(
            others,
            key=lambda box: sum(((box[axis] + box[axis + 3]) / 2 - middle[axis]) ** 2 for axis in range(3)),
        )


def _view(viewpoints: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    for view in viewpoints:
        if view.get("seen"):
            visibility = {
                "default_visibility": view["default_visible"],
                "exceptions": [{"ifc_guid": one} for one in view["exceptions"]],
            }
            selection = [{"ifc_guid": one} for one in view["selection"]]
            return {**view["seen"], "components": {"selection": selection, "visibility": visibility}}
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value)} is no plain data")
