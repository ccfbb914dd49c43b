"""The command line as scripts use it: one JSON document, exit codes, clear refusals, an unchanged store."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import bim_supervise_sample as sample
import pytest
from typer.testing import CliRunner

from bim_supervise.cli import app

PASSWORD = "correct horse battery"
MSPDI_EMPTY = '<?xml version="1.0"?><catalog><book/></catalog>'


def run(project: Path, *arguments: str, code: int = 0, stdin: str | None = None):
    result = CliRunner().invoke(app, ["--project", str(project), *arguments, "--json"], input=stdin)
    assert result.exit_code == code, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "site"
    run(folder, "new", str(folder), "--name", "试验工程")
    run(folder, "model", "load", str(sample.model_path()))
    run(folder, "schedule", "load", str(sample.model_path()))
    run(folder, "user", "add", "liu", "--display-name", "刘敏", stdin=PASSWORD + "\n")
    run(folder, "appoint", "liu", "--capacity", "specialist_supervision_engineer", "--from", "2026-01-01")
    return folder


def content(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "bim-supervise.sqlite") as database:
        return [line for line in database.iterdump() if '"setting"' not in line and "session" not in line]


def test_the_keys_of_the_contract(site):
    loaded = run(site, "model", "load", str(sample.model_path()))
    for key in (
        "sha256", "schema", "authoring_tool", "elements", "storeys", "spaces", "with_quantities",
        "with_material", "partial", "warnings", "seconds",
    ):  # fmt: skip
        assert key in loaded
    assert loaded["elements"] >= 300
    rows = run(site, "model", "elements", "--query", "pump")
    assert {"global_id", "class", "name", "storey", "material", "quantities"} <= rows[0].keys()
    calculated = run(site, "schedule", "calculate")
    assert {"tasks", "critical", "start", "finish", "seconds"} <= calculated.keys()
    shown = run(site, "schedule", "show")
    assert {
        "id", "source_id", "name", "start", "finish", "early_start", "early_finish", "late_start",
        "late_finish", "total_float_hours", "free_float_hours", "critical", "actual_start", "actual_finish",
        "percent",
    } <= shown[0].keys()  # fmt: skip
    status = run(site, "status", "--as-of", "2026-03-31")
    assert {"as_of", "tasks", "gates", "alarms", "percent", "spi", "cpi", "finish_forecast"} <= status.keys()
    assert status["tasks"]["actual_started"] is None
    assert status["percent"]["claimed"] is None
    packs = run(site, "packs")
    assert {"progress", "cost", "quality", "noise"} <= {pack["name"] for pack in packs}
    assert all(
        limit["clause"] and limit["evidence_class"]
        for pack in packs
        for rule in pack["rules"]
        for limit in rule["limits"]
    )


@pytest.mark.parametrize(
    ("name", "text", "arguments"),
    [
        (
            "broken.ifc",
            "ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('IFC4'));\nENDSEC;\nDATA;\n#1=IFCWALL(",
            ["model", "load"],
        ),
        ("cut.ifc", None, ["model", "load"]),
        ("books.xml", MSPDI_EMPTY, ["schedule", "load"]),
        ("half.xml", "<Project xmlns='http://schemas.microsoft.com/project'><Tasks>", ["schedule", "load"]),
        ("links.csv", "Bauteil,Vorgang\nx,y\n", ["link", "load"]),
        ("plan.csv", "Vorgang;Dauer\nA;5\n", ["schedule", "load"]),
        ("devices.yaml", "devices: [{name: no id}]", ["device", "load"]),
        (
            "checkpoints.yaml",
            "- {id: X, kind: quality, control: H, boundary: finish, rule: QLT-01}",
            ["checkpoint", "load"],
        ),
    ],
)
def test_bad_input_ends_in_a_clear_message_and_an_unchanged_store(site, tmp_path, name, text, arguments):
    file = tmp_path / name
    if text is None:
        whole = sample.model_path().read_bytes()
        file.write_bytes(whole[: len(whole) * 6 // 10])
    else:
        file.write_text(text, "utf-8")
    before = content(site)
    error = run(site, *arguments, str(file), code=1)["error"]
    assert error["code"]
    assert error["message"]
    assert error["hint"]
    assert content(site) == before


def test_a_wrong_column_in_an_observation_mapping(site, tmp_path):
    (tmp_path / "rows.csv").write_text("Zeit,Wert\n2026-03-01,3\n")
    (tmp_path / "map.yaml").write_text(
        "observations:\n  - kind: noise_level\n    subject: {type: device, column: Geraet}\n"
        "    time: {column: Zeit}\n    value: {column: Wert}\n"
    )
    before = content(site)
    error = run(site, "observe", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.yaml"), code=1)[
        "error"
    ]
    assert "Geraet" in error["message"]
    assert content(site) == before


def test_a_wrong_password_signs_nothing(site, tmp_path):
    points = tmp_path / "points.yaml"
    task = next(row for row in run(site, "schedule", "show") if row["kind"] == "task")
    points.write_text(
        f"- {{id: CP, kind: quality, control: H, boundary: finish, rule: QLT-01, task: {task['id']!r},"
        " required_capacities: [specialist_supervision_engineer]}"
    )
    run(site, "checkpoint", "load", str(points))
    sign = ("sign", "CP", "--user", "liu", "--decision", "accept", "--reason", "seen")
    error = run(site, *sign, code=1, stdin="wrong\n")["error"]
    assert error["code"] == "wrong_credentials"
    assert run(site, "ledger", "verify")["entries"] == 0
    signed = run(site, *sign, stdin=PASSWORD + "\n")
    assert signed["state"] != "released"
    exported = tmp_path / "ledger.jsonl"
    assert run(site, "ledger", "export", str(exported))["entries"] == 2
    assert run(site, "ledger", "verify", str(exported))["valid"]
    data = bytearray(exported.read_bytes())
    data[len(data) // 2] ^= 1
    exported.write_bytes(data)
    assert not run(site, "ledger", "verify", str(exported), code=1)["valid"]


def test_wrong_usage_exits_with_2(site):
    assert CliRunner().invoke(app, ["model", "load"]).exit_code == 2
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2


def test_a_directory_without_a_project_is_a_clear_refusal(tmp_path):
    error = run(tmp_path / "nowhere", "status", code=1)["error"]
    assert error["code"] == "store_missing"
    assert error["hint"]


def test_a_project_is_not_made_twice(site):
    assert run(site, "new", str(site), "--name", "again", code=1)["error"]["code"] == "project_exists"


def test_messages_for_people_go_to_stderr(tmp_path):
    result = CliRunner().invoke(app, ["--project", str(tmp_path), "status"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "project" in result.stderr.lower() or "database" in result.stderr.lower()


def test_two_revisions_are_compared(site, tmp_path):
    text = sample.model_path().read_text("utf-8")
    line = next(line for line in text.splitlines() if "=IFCPUMP(" in line or "=IFCBEAM(" in line)
    changed = tmp_path / "changed.ifc"
    changed.write_text(text.replace(line + "\n", "", 1), "utf-8")
    project = tmp_path / "project"
    run(project, "new", str(project), "--name", "Two revisions")
    first = run(project, "model", "load", str(sample.model_path()))
    same = run(project, "model", "compare", "1", first["sha256"][:12])
    assert len(same["unchanged"]) == first["elements"]
    assert not any(same[key] for key in ("moved", "modified", "added", "removed", "rekeyed", "uncertain"))
    second = run(project, "model", "load", "--accept-partial", str(changed))
    found = run(project, "model", "compare", "1", second["sha256"][:12])
    assert len(found["removed"]) == 1
    assert found["added"] == []
    assert run(project, "model", "compare", "1", "99", code=1)["error"]["code"] == "revision_unknown"


def test_a_lot_from_its_definition_to_its_failure_and_its_renewal(site, tmp_path):
    word = PASSWORD + "\n"
    walls = [
        row["global_id"] for row in run(site, "model", "elements") if row["class"].startswith("IfcWall")
    ][:2]
    named = [part for name in walls for part in ("--element", name)]
    kind = next(item for item in run(site, "lot", "profile")["templates"] if item["id"] == "CAST-FRAME")
    who = ("--user", "liu")
    lot = run(site, "lot", "define", "CAST-FRAME", *who, *named, "--title", "Axis A", stdin=word)["case"][
        "id"
    ]

    def table(axis):
        file = tmp_path / "points.csv"
        file.write_text(
            "check,element,value,result\n"
            + "".join(
                f"{check['id']},{name}," + ("," if check["upper"] is None else f"{axis},") + (
                    "pass" if check["upper"] is None else "") + "\n"
                for check in kind["checks"] for name in walls
            ),
            "utf-8",
        )  # fmt: skip
        return str(file)

    assert run(site, "lot", "measure", lot, table(9), *who, code=1, stdin="wrong\n")["error"]["code"]
    measured = run(site, "lot", "measure", lot, table(9), *who, stdin=word)
    assert measured["result"]["judgement"] == "not_qualified"
    said = ("--decision", "qualified")
    assert run(site, "lot", "judge", lot, *who, *said, code=1, stdin=word)["error"]["code"] == "lot_failed"
    unheard = run(site, "lot", "judge", lot, *who, "--decision", "nearly", code=1, stdin=word)
    assert unheard["error"]["code"] == "lot_decision_unknown"
    run(site, "lot", "judge", lot, *who, "--decision", "not_qualified", "--text", "9 mm", stdin=word)
    again = run(site, "lot", "define", "CAST-FRAME", *who, *named, "--renews", lot, stdin=word)["case"]["id"]
    run(site, "lot", "measure", again, table(3), *who, stdin=word)
    assert run(site, "lot", "judge", again, *who, *said, stdin=word)["case"]["state"] == "qualified"
    listed = {row["id"]: row for row in run(site, "lot", "list")}
    assert (listed[lot]["state"], listed[lot]["renewed_by"]) == ("not_qualified", again)
    assert run(site, "lot", "show", again)["renews"] == lot
    item = next(row for row in run(site, "lot", "levels") if row["level"] == "item")
    assert (item["qualified"], item["renewed"], item["ready"]) == (1, 1, True)
    judged = run(site, "lot", "judge-level", "item", item["name"], *who, *said, "--confirmed", "records",
                 stdin=word)  # fmt: skip
    assert judged["state"] == "qualified"
    empty = tmp_path / "empty.csv"
    empty.write_text("Pruefung,Wert\naxis,3\n")
    refused = run(site, "lot", "measure", again, str(empty), *who, code=1, stdin=word)
    assert refused["error"]["code"] == "lot_points_unreadable"
