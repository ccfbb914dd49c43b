"""The set-up of the site: element-task links, devices, checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from bim_supervise.checkpoints.contract import Checkpoint
from bim_supervise.events.devices import Device
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_site import CheckpointTable, DeviceTable, ElementTaskTable
from bim_supervise.store.work_base import WorkBase, to_record, to_row

_ELEMENT_TASK = table_of(ElementTaskTable)
_DEVICE = table_of(DeviceTable)
_CHECKPOINT = table_of(CheckpointTable)


class WorkSite(WorkBase):
    """What was defined for the site, not observed on it."""

    def replace_links(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Replace all links by (element id, task id, origin); of a doubled pair the first origin is kept."""
        origins: dict[tuple[str, str], str] = {}
        for element, task, origin in rows:
            origins.setdefault((element, task), origin)
        self._replace_all(
            ElementTaskTable,
            (
                {"element_id": element, "task_id": task, "origin": origin}
                for (element, task), origin in origins.items()
            ),
        )

    def links(self) -> list[tuple[str, str, str]]:
        """All links as (element id, task id, origin), sorted."""
        columns = _ELEMENT_TASK.c
        statement = select(columns.element_id, columns.task_id, columns.origin)
        statement = statement.order_by(columns.element_id, columns.task_id)
        return [(row[0], row[1], row[2]) for row in self._connection.execute(statement)]

    def upsert_devices(self, devices: Sequence[Device]) -> None:
        """Add devices, or overwrite those of the same id; the last of doubled ids is kept."""
        self._upsert(DeviceTable, (to_row(device) for device in devices))

    def devices(self) -> list[Device]:
        """The registry, by id."""
        return [to_record(row, Device) for row in self._rows(select(_DEVICE).order_by(_DEVICE.c.id))]

    def replace_checkpoints(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Replace all defined checkpoints; their order is kept."""
        rows = {checkpoint.id: to_row(checkpoint, place=n) for n, checkpoint in enumerate(checkpoints)}
        self._replace_all(CheckpointTable, rows.values())

    def checkpoints(self) -> list[Checkpoint]:
        """All defined checkpoints in the order of their definition."""
        rows = self._rows(select(_CHECKPOINT).order_by(_CHECKPOINT.c.place))
        return [to_record(row, Checkpoint) for row in rows]
