"""What a record has, its table has too: a field that is added without a migration shows here."""

from dataclasses import fields, is_dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from store_samples import NOW

from bim_supervise.checkpoints.contract import Checkpoint
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import Observation
from bim_supervise.events.windows import Window
from bim_supervise.model.elements import BillItem, Element, ModelReading, Space, Storey
from bim_supervise.schedule.tasks import Calculation, Link, Schedule, Task, TaskDates
from bim_supervise.store import records
from bim_supervise.store import tables_evidence as evidence
from bim_supervise.store import tables_judgement as judgement
from bim_supervise.store import tables_ledger as ledger
from bim_supervise.store import tables_model as model
from bim_supervise.store import tables_people as people
from bim_supervise.store import tables_project as project
from bim_supervise.store import tables_schedule as schedule
from bim_supervise.store import tables_site as site
from bim_supervise.store.statements import Statement, settle
from bim_supervise.store.tables_base import table_of


@pytest.mark.parametrize(
    ("record", "table", "elsewhere"),
    [
        (records.ProjectRecord, project.ProjectTable, {}),
        (
            ModelReading,
            model.ModelTable,
            {"schema", "elements", "storeys", "spaces", "bill_items", "fingerprints", "properties"},
        ),
        (Element, model.ElementTable, {}),
        (Storey, model.StoreyTable, {}),
        (Space, model.SpaceTable, {}),
        (BillItem, model.BillItemTable, {}),
        (Schedule, schedule.ScheduleTable, {"tasks", "links"}),
        (Task, schedule.TaskTable, {}),
        (Link, schedule.TaskLinkTable, {}),
        (Calculation, schedule.CalculationTable, {"dates"}),
        (TaskDates, schedule.TaskDatesTable, {}),
        (Device, site.DeviceTable, {}),
        (Checkpoint, site.CheckpointTable, {}),
        (Observation, evidence.FactTable, {"value"}),
        (Window, evidence.MinuteWindowTable, {"device", "kind"}),
        (records.StoredVerdict, judgement.VerdictTable, {}),
        (records.StoredAlarm, judgement.AlarmTable, {}),
        (records.AlarmActionRecord, judgement.AlarmActionTable, {}),
        (records.UserRecord, people.UserTable, {}),
        (records.AppointmentRecord, people.AppointmentTable, {}),
        (records.SessionRecord, people.SessionTable, {}),
        (records.AttachmentRecord, ledger.AttachmentTable, {}),
        (records.SuccessionRecord, model.ElementSuccessionTable, {}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_field_has_a_column(record, table, elsewhere):
    columns = {column.name for column in table_of(table).columns}
    names = {field.name for field in (fields(record) if is_dataclass(record) else structs.fields(record))}
    assert names - set(elsewhere) - columns == set()


statements = st.lists(
    st.builds(
        Statement,
        content=st.sampled_from("abc"),
        order=st.just(""),
        authenticated=st.booleans(),
        distrust=st.integers(0, 2),
        received=st.integers(0, 3).map(lambda n: NOW + timedelta(hours=n)),
        source=st.sampled_from(["csv", "mqtt"]),
    ).map(
        lambda one: Statement(
            **{field.name: getattr(one, field.name) for field in fields(one)} | {"order": one.content}
        )
    ),
    min_size=1,
    max_size=6,
)


@given(statements, st.data())
def test_settling_is_a_function_of_the_set_of_statements(stated, data):
    settled = settle(stated)
    assert settle(data.draw(st.permutations(stated))) == settled
    assert settle([*stated, *stated]) == settled
    cut = data.draw(st.integers(0, len(stated)))
    assert settle([*settle(stated[:cut]), *stated[cut:]]) == settled
    assert {one.content for one in settled} == {one.content for one in stated}


@given(statements)
def test_nothing_untrusted_counts_before_something_trusted(stated):
    first = settle(stated)[0]
    assert first.authenticated == any(one.authenticated for one in stated)
