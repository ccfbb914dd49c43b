"""A project made by one version opens in the next; a newer one is refused; a failed step changes nothing."""

import hashlib
import shutil
import sqlite3
import textwrap
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from bim_supervise.core.canonical import GENESIS_HASH
from bim_supervise.core.errors import StoreFailed
from bim_supervise.store import Store
from bim_supervise.store.database import open_engine, parse_url, write_transaction
from bim_supervise.store.migrate import HEAD, SCRIPTS, migrate
from bim_supervise.store.tables import METADATA


def test_the_newest_revision_is_known_without_alembic():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'project.db'}"
    return request.getfixturevalue("postgresql_database")()


def test_models_and_migrations_agree(empty_url):
    Store.open(empty_url, create=True).close()
    engine = open_engine(parse_url(empty_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


REVISION_0001 = Path(__file__).with_name("revision_0001.sql")


def entry(sequence, previous):
    data = f'{{"sequence":{sequence}}}'.encode()
    return sequence, previous, hashlib.sha256(data).hexdigest(), data


FIRST = entry(1, GENESIS_HASH)
SECOND = entry(2, FIRST[2])


def fill(url):
    """Rows as the first version wrote them, through SQL alone, so that later tables cannot change them."""
    engine = open_engine(parse_url(url))
    with write_transaction(engine) as connection:
        for statement in REVISION_0001.read_text("utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        mark = "%s" if engine.dialect.name == "postgresql" else "?"
        for row in (FIRST, SECOND):
            connection.exec_driver_sql(f"INSERT INTO ledger_entry VALUES ({', '.join([mark] * 4)})", row)
    engine.dispose()


def test_a_project_of_the_first_version_keeps_its_data(empty_url):
    migrate(parse_url(empty_url), create=True, target="0001")
    fill(empty_url)
    store = Store.open(empty_url)
    with store.reading() as work:
        project = work.project()
        assert (project.id, project.name, project.site_now.isoformat()) == (
            "p1", "泵站", "2026-03-01T08:00:00.123456+00:00"
        )  # fmt: skip
        assert work.setting("mapping") == {"a": [1, None]}
        model = work.current_model()
        assert (model.id, model.elements, model.georeference.crs) == (4, 1, "EPSG:4549")
        (element,) = work.elements()
        assert (element.global_id, element.classifications, element.quantities) == (
            "g1",
            ("21.21",),
            {"Q.V": 1.5},
        )
        (task,) = work.current_schedule().tasks
        assert (task.id, task.start.isoformat()) == ("T1", "2026-03-02T08:00:00")
        assert work.links() == [("g1", "T1", "table")]
        (fact,) = work.facts()
        assert (fact.id, fact.value, fact.authenticated) == ("f1", 2.5, True)
        assert work.latest_readings() == {("N-01", "noise_level"): (1_772_000_000_000, 684, 0)}
        assert work.appointments("li")[0].id == 6
        assert list(work.entries()) == [FIRST, SECOND]
    with store.transaction() as work:
        assert work.append_entry(lambda sequence, previous: entry(sequence, previous)[3]).sequence == 3
    with pytest.raises(StoreFailed), store.transaction() as work:
        work.append_entry(lambda sequence, previous: FIRST[3])
    store.close()


def test_opening_again_changes_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'project.db'}"
    Store.open(url, create=True).close()
    before = (tmp_path / "project.db").read_bytes()
    Store.open(url, create=True).close()
    Store.open(url).close()
    assert (tmp_path / "project.db").read_bytes() == before


def test_a_newer_database_is_refused_and_left_unchanged(tmp_path):
    file = tmp_path / "project.db"
    Store.open(f"sqlite:///{file}", create=True).close()
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA journal_mode = DELETE")
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    before = file.read_bytes()
    with pytest.raises(StoreFailed) as refused:
        Store.open(f"sqlite:///{file}", create=True)
    assert (refused.value.code, refused.value.params["revision"]) == ("store_newer", "9999")
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["project.db"]


@pytest.mark.postgresql
def test_a_newer_database_is_refused_on_a_server(postgresql_database):
    url = postgresql_database()
    Store.open(url, create=True).close()
    engine = open_engine(parse_url(url))
    with write_transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StoreFailed) as refused:
        Store.open(url)
    assert refused.value.code == "store_newer"


LATER = "8999"


def later_version(folder, body):
    """The migrations of a later version: ours and one more."""
    scripts = folder / "50% later" / "migrations"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / "versions" / f"{LATER}_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision = '{LATER}'\ndown_revision = '{HEAD}'\n\n\n"
        "def upgrade():\n" + textwrap.indent(textwrap.dedent(body), "    ")
    )
    return scripts


REBUILD = """
op.create_table("extra", sa.Column("id", sa.Integer(), primary_key=True))
with op.batch_alter_table("user_account") as batch:
    batch.add_column(sa.Column("phone", sa.String(), nullable=True))
    batch.alter_column("language", existing_type=sa.String(), type_=sa.Text(), nullable=True)
op.execute("UPDATE user_account SET phone = 'none'")
"""


def test_a_later_version_alters_a_table_that_others_point_to(empty_url, tmp_path):
    migrate(parse_url(empty_url), create=True, target="0001")
    fill(empty_url)
    Store.open(empty_url).close()
    migrate(parse_url(empty_url), create=False, scripts=later_version(tmp_path, REBUILD), target=LATER)
    engine = open_engine(parse_url(empty_url))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name, phone FROM user_account").all() == [("li", "none")]
        assert connection.exec_driver_sql('SELECT "user" FROM appointment').all() == [("li",)]
    engine.dispose()
    with pytest.raises(StoreFailed) as refused:
        Store.open(empty_url)
    assert refused.value.code == "store_newer", "the way back is closed"


@pytest.mark.parametrize(
    "end",
    [
        "raise RuntimeError('stop')",
        "op.execute('SELECT nothing FROM nowhere')",
        "op.execute(\"UPDATE ledger_entry SET hash = '1'\")",
    ],
)
def test_a_migration_that_fails_half_way_leaves_the_project_as_it_was(empty_url, tmp_path, end):
    migrate(parse_url(empty_url), create=True, target="0001")
    fill(empty_url)
    Store.open(empty_url).close()
    scripts = later_version(tmp_path, REBUILD + end)
    with pytest.raises(StoreFailed) as failed:
        migrate(parse_url(empty_url), create=False, scripts=scripts, target=LATER)
    assert failed.value.code == "migration_failed"
    store = Store.open(empty_url)
    with store.reading() as work:
        assert [user.name for user in work.users()] == ["li"]
        assert list(work.entries()) == [FIRST, SECOND]
    store.close()
    engine = open_engine(parse_url(empty_url))
    with engine.connect() as connection:
        columns = list(connection.exec_driver_sql("SELECT * FROM user_account").keys())
        assert "phone" not in columns
    engine.dispose()


def test_a_migration_that_cuts_rows_loose_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'project.db'}"
    migrate(parse_url(url), create=True, target="0001")
    fill(url)
    Store.open(url).close()
    scripts = later_version(tmp_path, "op.execute('DELETE FROM user_account')\n")
    with pytest.raises(StoreFailed, match="appointment"):
        migrate(parse_url(url), create=False, scripts=scripts, target=LATER)
    store = Store.open(url)
    with store.reading() as work:
        assert len(work.users()) == 1
    store.close()


VERDICT_0012 = (
    "INSERT INTO verdict (rule, subject, checkpoint, window_start, window_end, outcome, reason, params, unit,"
    ' "limit", evidence, digest, severity, first_end, steps) VALUES'
)


def test_verdicts_of_a_version_that_knew_only_starts_get_their_span(empty_url):
    hour = 3_600_000_000
    start = 1_772_000_000 * 1_000_000
    none = -(2**63)
    # rule, checkpoint, start, end, outcome, limit, end of the first, span that is wanted
    rows = [
        ("PLAIN", "", start, start + hour, "pass", "null", None, hour),
        ("EARLY", "", start, start + hour // 2, "fail", '{"window": "PT1H"}', None, hour),
        ("DAY", "", start, start + 3 * hour, "fail", '{"window": "P1D"}', None, 24 * hour),
        ("SUM", "H-1", start, start + 5 * hour, "fail", '{"window": "P1D"}', None, 5 * hour),
        ("SILENT", "", start, start + 9 * hour, "undetermined", "null", start + hour, hour),
        ("DEV-01", "", start, start + hour // 60, "fail", "null", None, hour),
        ("OWN", "H-1", none, None, "fail", "null", None, 0),
    ]
    migrate(parse_url(empty_url), create=True, target="0012")
    engine = open_engine(parse_url(empty_url))
    with write_transaction(engine) as connection:
        for rule, checkpoint, begun, end, outcome, limit, first_end, _ in rows:
            steps = None if first_end is None else f"[[8, {hour}]]"
            told = (
                rule, "s", checkpoint, begun, end, outcome, "r", "{}", "", limit, "[]", "d", "minor",
                first_end, steps,
            )  # fmt: skip
            marks = ", ".join(["%s" if engine.dialect.name == "postgresql" else "?"] * len(told))
            connection.exec_driver_sql(f"{VERDICT_0012} ({marks})", told)
    engine.dispose()
    store = Store.open(empty_url)
    with store.reading() as work:
        assert {one.rule: one.window_span for one in work.verdicts()} == {one[0]: one[-1] for one in rows}
    store.close()
    engine = open_engine(parse_url(empty_url))
    key = inspect(engine).get_pk_constraint("verdict")
    assert key["constrained_columns"] == ["rule", "subject", "checkpoint", "window_start", "window_span"]
    assert key["name"] == "pk_verdict"
    engine.dispose()
