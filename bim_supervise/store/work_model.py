"""Model revisions: stored once per file, whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select, update

from bim_supervise.model.elements import (
    BillItem,
    Element,
    Fingerprint,
    Georeference,
    ModelReading,
    ModelWarning,
    Space,
    Storey,
)
from bim_supervise.store.records import ModelRecord
from bim_supervise.store.tables_base import Base, table_of
from bim_supervise.store.tables_model import (
    BillItemTable,
    ElementPropertiesTable,
    ElementTable,
    ModelTable,
    SpaceTable,
    StoreyTable,
)
from bim_supervise.store.work_base import WorkBase, to_record, to_row

T = TypeVar("T")

_MODEL = table_of(ModelTable)
_PARTS: tuple[tuple[str, type[Base]], ...] = (
    ("elements", ElementTable),
    ("storeys", StoreyTable),
    ("spaces", SpaceTable),
    ("bill_items", BillItemTable),
)


_NO_FINGERPRINT = dict.fromkeys(("shape_hash", "placement_hash", "part_of", "properties_hash"))
_PROPERTIES = table_of(ElementPropertiesTable)


class WorkModel(WorkBase):
    """Models and what they hold; ``model_id`` None always means the current ones of all disciplines."""

    def add_model(self, reading: ModelReading, loaded_at: datetime, discipline: str = "") -> int:
        """Store a model and make it the current one of its discipline.

        A file with the same SHA-256 is not stored again: it becomes the current one, and keeps its id and
        the time it was first loaded. If it was stored from a partial reading and is read whole now (or
        the other way round), what it holds is replaced.

        Returns:
            The id of the revision.
        """
        order = self._next(ModelTable, "load_order")
        known = self._row(select(_MODEL.c.id, _MODEL.c.partial).where(_MODEL.c.sha256 == reading.sha256))
        if known is not None and known["partial"] == reading.partial:
            self._connection.execute(
                update(_MODEL)
                .where(_MODEL.c.id == known["id"])
                .values(load_order=order, discipline=discipline)
            )
            return int(known["id"])
        row = {
            "sha256": reading.sha256,
            "file_name": reading.file_name,
            "size_bytes": reading.size_bytes,
            "schema_name": reading.schema,
            "authoring_tool": reading.authoring_tool,
            "project_name": reading.project_name,
            "partial": reading.partial,
            "load_order": order,
            "discipline": discipline,
            "georeference": to_row(reading.georeference),
            "warnings": [to_row(warning) for warning in reading.warnings],
            "seconds": dict(reading.seconds),
        }
        if known is None:
            model_id = self._insert_one(ModelTable, row | {"loaded_at": loaded_at})
        else:
            model_id = int(known["id"])
            self._connection.execute(update(_MODEL).where(_MODEL.c.id == model_id).values(**row))
            for part in (*(table_of(table) for _, table in _PARTS), _PROPERTIES):
                self._connection.execute(part.delete().where(part.c.model_id == model_id))
        parts: dict[str, Iterable[Any]] = {name: getattr(reading, name) for name, _ in _PARTS}
        for name, table in _PARTS:
            rows = [to_row(part, model_id=model_id, position=place) for place, part in enumerate(parts[name])]
            if table is ElementTable:
                for element in rows:
                    fingerprint = reading.fingerprints.get(element["global_id"])
                    element |= _NO_FINGERPRINT if fingerprint is None else to_row(fingerprint)
            self._insert(table, rows)
        self._insert(
            ElementPropertiesTable,
            (
                {"model_id": model_id, "global_id": global_id, "properties": dict(properties)}
                for global_id, properties in reading.properties.items()
            ),
        )
        return model_id

    def models(self) -> list[ModelRecord]:
        """All revisions in the order they were first loaded."""
        counts = {name: self._count(table) for name, table in _PARTS}
        return [
            ModelRecord(
                id=row["id"],
                file_name=row["file_name"],
                sha256=row["sha256"],
                size_bytes=row["size_bytes"],
                schema=row["schema_name"],
                authoring_tool=row["authoring_tool"],
                project_name=row["project_name"],
                partial=row["partial"],
                discipline=row["discipline"] or "",
                loaded_at=row["loaded_at"],
                elements=counts["elements"].get(row["id"], 0),
                storeys=counts["storeys"].get(row["id"], 0),
                spaces=counts["spaces"].get(row["id"], 0),
                bill_items=counts["bill_items"].get(row["id"], 0),
                georeference=to_record(row["georeference"], Georeference),
                warnings=tuple(to_record(warning, ModelWarning) for warning in row["warnings"]),
                seconds=row["seconds"],
            )
            for row in self._rows(select(_MODEL).order_by(_MODEL.c.id))
        ]

    def current_model(self) -> ModelRecord | None:
        """The revision that was loaded last, or None."""
        current = self._current_model_id()
        return next((model for model in self.models() if model.id == current), None)

    def current_models(self) -> dict[str, int]:
        """Discipline to the id of its current revision, in the order in which these were loaded."""
        rows = self._rows(select(_MODEL.c.id, _MODEL.c.discipline).order_by(_MODEL.c.load_order.desc()))
        newest: dict[str, int] = {}
        for row in rows:
            newest.setdefault(row["discipline"] or "", int(row["id"]))
        return dict(reversed(newest.items()))

    def elements(self, model_id: int | None = None) -> list[Element]:
        """The elements of a revision in the order of the file; empty without a model."""
        return self._part(ElementTable, Element, model_id)

    def content_hashes(self) -> dict[str, str] | None:
        """Content hashes of the current revisions by GlobalId, None without a model."""
        models = self._wanted(None)
        if not models:
            return None
        table = table_of(ElementTable)
        statement = select(table.c.global_id, table.c.content_hash).where(table.c.model_id.in_(models))
        return {row[0]: row[1] for row in self._connection.execute(statement)}

    def fingerprints(self, model_id: int | None = None) -> dict[str, Fingerprint]:
        """The fingerprints of a revision's elements by GlobalId, for comparing it with another."""
        table = table_of(ElementTable)
        columns = (table.c[name] for name in ("global_id", *_NO_FINGERPRINT))
        statement = select(*columns).where(
            table.c.model_id.in_(self._wanted(model_id)), table.c.shape_hash.is_not(None)
        )
        return {row["global_id"]: to_record(row, Fingerprint) for row in self._rows(statement)}

    def properties(self, global_id: str, model_id: int | None = None) -> dict[str, Any]:
        """Properties of one element, ``"<set>.<name>"`` to value; empty where it has none."""
        row = self._row(
            select(_PROPERTIES.c.properties).where(
                _PROPERTIES.c.model_id.in_(self._wanted(model_id)), _PROPERTIES.c.global_id == global_id
            )
        )
        return {} if row is None else dict(row["properties"])

    def storeys(self, model_id: int | None = None) -> list[Storey]:
        """The storeys of a revision."""
        return self._part(StoreyTable, Storey, model_id)

    def spaces(self, model_id: int | None = None) -> list[Space]:
        """The spaces of a revision."""
        return self._part(SpaceTable, Space, model_id)

    def bill_items(self, model_id: int | None = None) -> list[BillItem]:
        """The priced lines of a revision."""
        return self._part(BillItemTable, BillItem, model_id)

    def georeference(self, model_id: int | None = None) -> Georeference | None:
        """Where a revision lies, or None without a model."""
        statement = select(_MODEL.c.georeference).where(_MODEL.c.id.in_(self._wanted(model_id)))
        rows = self._rows(statement.order_by(_MODEL.c.load_order.desc()))
        found = [to_record(row["georeference"], Georeference) for row in rows]
        return next((item for item in found if item != Georeference()), found[0] if found else None)

    def _wanted(self, model_id: int | None) -> list[int]:
        return list(self.current_models().values()) if model_id is None else [model_id]

    def _current_model_id(self) -> int | None:
        row = self._row(select(_MODEL.c.id).order_by(_MODEL.c.load_order.desc()).limit(1))
        return None if row is None else int(row["id"])

    def _count(self, model: type[Base]) -> dict[int, int]:
        table = table_of(model)
        statement = select(table.c.model_id, func.count()).group_by(table.c.model_id)
        return {int(row[0]): int(row[1]) for row in self._connection.execute(statement)}

    def _part(self, model: type[Base], kind: type[T], model_id: int | None) -> list[T]:
        table = table_of(model)
        statement = (
            select(table)
            .where(table.c.model_id.in_(self._wanted(model_id)))
            .order_by(table.c.model_id, table.c.position)
        )
        return [to_record(row, kind) for row in self._rows(statement)]
