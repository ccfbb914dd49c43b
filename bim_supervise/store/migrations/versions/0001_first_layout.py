"""The first layout of a project database.

Revision: 0001
Before it: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_tables()
    dialect = op.get_bind().dialect.name
    for statement in LEDGER_GUARDS[dialect]:
        op.execute(statement)


_GENESIS = "0" * 64

# The ledger only grows, whoever writes to the database: nothing is changed or removed, and a new entry must
# follow the head. SQLite's REPLACE removes rows without asking a delete trigger, hence the check on insert.
LEDGER_GUARDS = {
    "sqlite": (
        """
        CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: no entry is changed'); END
        """,
        """
        CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: no entry is removed'); END
        """,
        f"""
        CREATE TRIGGER ledger_entry_follows_head BEFORE INSERT ON ledger_entry
        WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM ledger_entry)
          OR NEW.previous_hash <> coalesce(
               (SELECT hash FROM ledger_entry WHERE sequence = NEW.sequence - 1), '{_GENESIS}')
        BEGIN SELECT RAISE(ABORT, 'the ledger only grows: an entry follows the head'); END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION ledger_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the ledger only grows: no entry is changed or removed'; END $$
        """,
        f"""
        CREATE FUNCTION ledger_entry_follow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM ledger_entry)
             OR NEW.previous_hash <> coalesce(
                  (SELECT hash FROM ledger_entry WHERE sequence = NEW.sequence - 1), '{_GENESIS}') THEN
            RAISE EXCEPTION 'the ledger only grows: an entry follows the head';
          END IF;
          RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry
        FOR EACH ROW EXECUTE FUNCTION ledger_entry_refuse()
        """,
        """
        CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_refuse()
        """,
        """
        CREATE TRIGGER ledger_entry_follows_head BEFORE INSERT ON ledger_entry
        FOR EACH ROW EXECUTE FUNCTION ledger_entry_follow()
        """,
    ),
}


def _create_tables() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("element", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("limit", sa.JSON(), nullable=True),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.Column("verdict_digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_alarm_raised_at"), "alarm", ["raised_at"], unique=False)
    op.create_index(op.f("ix_alarm_scope"), "alarm", ["scope"], unique=False)
    op.create_table(
        "alarm_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_action")),
    )
    op.create_index(op.f("ix_alarm_action_alarm_id"), "alarm_action", ["alarm_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_attachment")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("control", sa.String(), nullable=False),
        sa.Column("boundary", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("required_capacities", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
    )
    op.create_index(op.f("ix_checkpoint_task"), "checkpoint", ["task"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("shape", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index(op.f("ix_conflict_event_time"), "conflict", ["event_time"], unique=False)
    op.create_index(op.f("ix_conflict_identity"), "conflict", ["identity"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("position", sa.JSON(), nullable=True),
        sa.Column("expected_interval_s", sa.Double(), nullable=False),
        sa.Column("calibrated_until", sa.Date(), nullable=True),
        sa.Column("life_safety", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_table(
        "element_task",
        sa.Column("element_id", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("element_id", "task_id", name=op.f("pk_element_task")),
    )
    op.create_index(op.f("ix_element_task_task_id"), "element_task", ["task_id"], unique=False)
    op.create_table(
        "fact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reporter", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("received_time", sa.BigInteger(), nullable=False),
        sa.Column("value_number", sa.Double(), nullable=True),
        sa.Column("value_text", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("interval_s", sa.Double(), nullable=True),
        sa.Column("quality", sa.String(), nullable=False),
        sa.Column("authenticated", sa.Boolean(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_index(op.f("ix_fact_event_time_id"), "fact", ["event_time", "id"], unique=False)
    op.create_index(op.f("ix_fact_kind_event_time"), "fact", ["kind", "event_time"], unique=False)
    op.create_index(op.f("ix_fact_subject_kind"), "fact", ["subject", "kind"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_entry_hash")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_ledger_entry_previous_hash")),
    )
    op.create_table(
        "minute_window",
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("covered_ms", sa.BigInteger(), nullable=False),
        sa.Column("weighted_sum", sa.BigInteger(), nullable=False),
        sa.Column("energy_sum", sa.BigInteger(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("distrusted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "start_ms", name=op.f("pk_minute_window")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("schema_name", sa.String(), nullable=False),
        sa.Column("authoring_tool", sa.String(), nullable=True),
        sa.Column("project_name", sa.String(), nullable=True),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("load_order", sa.Integer(), nullable=False),
        sa.Column("georeference", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model")),
        sa.UniqueConstraint("sha256", name=op.f("uq_model_sha256")),
    )
    op.create_table(
        "project",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("site_now", sa.BigInteger(), nullable=True),
        sa.Column("last_received", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_project")),
    )
    op.create_table(
        "reading",
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("event_ms", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.BigInteger(), nullable=False),
        sa.Column("interval_ms", sa.BigInteger(), nullable=False),
        sa.Column("flags", sa.SmallInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", "event_ms", name=op.f("pk_reading")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source_format", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("default_calendar", sa.String(), nullable=False),
        sa.Column("project_start", sa.DateTime(), nullable=True),
        sa.Column("data_date", sa.DateTime(), nullable=True),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("converted", sa.JSON(), nullable=False),
        sa.Column("calendars", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("load_order", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("content_digest", name=op.f("uq_schedule_content_digest")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("device", "kind", name=op.f("uq_series_device_kind")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name", name=op.f("uq_source_name")),
    )
    op.create_table(
        "user_account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_user_account")),
    )
    op.create_table(
        "verdict",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("checkpoint", sa.String(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=False),
        sa.Column("window_end", sa.BigInteger(), nullable=True),
        sa.Column("task", sa.String(), nullable=True),
        sa.Column("element", sa.String(), nullable=True),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("limit", sa.JSON(), nullable=True),
        sa.Column("completeness", sa.Double(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("rule", "subject", "checkpoint", "window_start", name=op.f("pk_verdict")),
    )
    op.create_index(op.f("ix_verdict_checkpoint"), "verdict", ["checkpoint"], unique=False)
    op.create_index(op.f("ix_verdict_window_end"), "verdict", ["window_end"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("capacity", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["user_account.name"], name=op.f("fk_appointment_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_user"), "appointment", ["user"], unique=False)
    op.create_table(
        "bill_item",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("global_id", sa.String(), nullable=False),
        sa.Column("identification", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("element_ids", sa.JSON(), nullable=False),
        sa.Column("task_source_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_bill_item_model_id")),
        sa.PrimaryKeyConstraint("model_id", "position", name=op.f("pk_bill_item")),
    )
    op.create_table(
        "calculation",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=True),
        sa.Column("finish", sa.DateTime(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_calculation_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_calculation")),
    )
    op.create_table(
        "element",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("global_id", sa.String(), nullable=False),
        sa.Column("ifc_class", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("predefined_type", sa.String(), nullable=True),
        sa.Column("tag", sa.String(), nullable=True),
        sa.Column("type_name", sa.String(), nullable=True),
        sa.Column("storey", sa.String(), nullable=True),
        sa.Column("space", sa.String(), nullable=True),
        sa.Column("material", sa.String(), nullable=True),
        sa.Column("classifications", sa.JSON(), nullable=False),
        sa.Column("quantities", sa.JSON(), nullable=False),
        sa.Column("bounding_box", sa.JSON(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("shape_hash", sa.String(), nullable=True),
        sa.Column("placement_hash", sa.String(), nullable=True),
        sa.Column("part_of", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_element_model_id")),
        sa.PrimaryKeyConstraint("model_id", "position", name=op.f("pk_element")),
    )
    op.create_index(op.f("ix_element_global_id"), "element", ["global_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user_account.name"], name=op.f("fk_login_session_user")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_expires"), "login_session", ["expires"], unique=False)
    op.create_index(op.f("ix_login_session_user"), "login_session", ["user"], unique=False)
    op.create_table(
        "space",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("global_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("long_name", sa.String(), nullable=True),
        sa.Column("storey", sa.String(), nullable=True),
        sa.Column("polygon", sa.JSON(), nullable=True),
        sa.Column("z_min", sa.Double(), nullable=True),
        sa.Column("z_max", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_space_model_id")),
        sa.PrimaryKeyConstraint("model_id", "position", name=op.f("pk_space")),
    )
    op.create_table(
        "storey",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("global_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("elevation", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_storey_model_id")),
        sa.PrimaryKeyConstraint("model_id", "position", name=op.f("pk_storey")),
    )
    op.create_table(
        "task",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wbs", sa.String(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("duration_minutes", sa.BigInteger(), nullable=True),
        sa.Column("duration_elapsed", sa.Boolean(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=True),
        sa.Column("constraint", sa.JSON(), nullable=True),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=True),
        sa.Column("finish", sa.DateTime(), nullable=True),
        sa.Column("baseline_start", sa.DateTime(), nullable=True),
        sa.Column("baseline_finish", sa.DateTime(), nullable=True),
        sa.Column("actual_start", sa.DateTime(), nullable=True),
        sa.Column("actual_finish", sa.DateTime(), nullable=True),
        sa.Column("deadline", sa.DateTime(), nullable=True),
        sa.Column("remaining_minutes", sa.BigInteger(), nullable=True),
        sa.Column("percent", sa.Double(), nullable=True),
        sa.Column("budget", sa.Double(), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("trade", sa.String(), nullable=True),
        sa.Column("element_ids", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_task_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", "position", name=op.f("pk_task")),
    )
    op.create_index(op.f("ix_task_id"), "task", ["id"], unique=False)
    op.create_table(
        "task_link",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("predecessor", sa.String(), nullable=False),
        sa.Column("successor", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("lag_minutes", sa.BigInteger(), nullable=False),
        sa.Column("lag_elapsed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_task_link_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", "position", name=op.f("pk_task_link")),
    )
    op.create_table(
        "task_dates",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("early_start", sa.DateTime(), nullable=False),
        sa.Column("early_finish", sa.DateTime(), nullable=False),
        sa.Column("late_start", sa.DateTime(), nullable=False),
        sa.Column("late_finish", sa.DateTime(), nullable=False),
        sa.Column("total_float_hours", sa.Double(), nullable=False),
        sa.Column("free_float_hours", sa.Double(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["calculation.schedule_id"], name=op.f("fk_task_dates_schedule_id")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "task", name=op.f("pk_task_dates")),
    )
