"""The project and its settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from bim_supervise.core.errors import NotFound
from bim_supervise.store.records import ProjectRecord
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_project import ProjectTable, SettingTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_PROJECT = table_of(ProjectTable)
_SETTING = table_of(SettingTable)


class WorkProject(WorkBase):
    """What belongs to the project as a whole."""

    def project(self) -> ProjectRecord:
        """The project.

        Raises:
            NotFound: ``project_missing`` while nothing was saved.
        """
        row = self._row(select(_PROJECT))
        if row is None:
            raise NotFound("project_missing", "The database holds no project yet.", "Create one first.")
        return to_record(row, ProjectRecord)

    def has_project(self) -> bool:
        """Whether a project was saved in this database."""
        return self._row(select(_PROJECT.c.id)) is not None

    def save_project(self, project: ProjectRecord) -> ProjectRecord:
        """Save the project and return it; it gets its ``id`` when it is first saved, and keeps it."""
        row = self._row(select(_PROJECT.c.id))
        known = None if row is None else str(row["id"])
        saved = replace(project, id=known or project.id or uuid4().hex)
        self._upsert(ProjectTable, [to_row(saved, row=1)])
        return saved

    def setting(self, key: str, default: Any = None) -> Any:
        """A setting (plain data), or ``default`` when it was never set."""
        row = self._row(select(_SETTING.c.value).where(_SETTING.c.key == key))
        return default if row is None else row["value"]

    def set_setting(self, key: str, value: Any) -> None:
        """Set a setting to plain data (text, numbers, lists, mappings, None)."""
        self._upsert(SettingTable, [{"key": key, "value": value}])
