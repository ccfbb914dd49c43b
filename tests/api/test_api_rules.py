"""Rule settings of a project: loaded whole or not at all, signed where they loosen, in force at once."""

import json

import pytest
from typer.testing import CliRunner

from bim_supervise.cli import app
from bim_supervise.core.errors import InputRefused, PermissionRefused

TIGHTER = """
limits:
  - {rule: NOI-CN-02, layer: contract, value: 50, edition: contract 2026-14, clause: "7.2",
     effective_from: 2026-01-01}
"""
LOOSER = """
limits:
  - {rule: NOI-CN-02, layer: contract, value: 60, edition: permit 88, clause: "1", effective_from: 2026-01-01,
     loosens: {by: chen, day: 2026-01-02, reason: night permit 88}}
"""


def written(tmp_path, text):
    path = tmp_path / "rules.yaml"
    path.write_text(text, "utf-8")
    return path


def night_limits(project):
    return [row.value for row in project.registry.limits("NOI-CN-02") if row.effective_to is None]


def test_a_tighter_limit_is_in_force_at_once_and_after_reopening(project, tmp_path):
    shown = project.load_rules(written(tmp_path, TIGHTER))
    assert shown["limits"][0]["value"] == 50
    assert night_limits(project) == [55, 50]
    again = type(project).open(project.settings.directory)
    assert night_limits(again) == [55, 50]
    again.close()


def test_a_file_that_is_refused_changes_nothing(project, tmp_path):
    project.load_rules(written(tmp_path, TIGHTER))
    with pytest.raises(InputRefused):
        project.load_rules(written(tmp_path, TIGHTER.replace("50", "high")))
    assert night_limits(project) == [55, 50]


def test_loosening_is_signed_by_the_chief_who_is_named(project, tmp_path):
    file = written(tmp_path, LOOSER)
    for user in (None, "guest"):
        with pytest.raises(PermissionRefused) as refused:
            project.load_rules(file, user)
        assert refused.value.code == "loosening_not_signed"
    assert night_limits(project) == [55]
    project.add_user("chen", "correct horse battery")
    project.appoint("chen", "chief_supervision_engineer", project.today())
    shown = project.load_rules(file, "chen")
    assert shown["loosened"] == 1
    assert shown["set_by"] == "chen"


@pytest.mark.parametrize(
    ("reason", "code"), [("", "limit_loosened"), ("night permit 88", "loosening_not_signed")]
)
def test_at_the_command_line_nobody_loosens_without_a_signed_reason(project, tmp_path, reason, code):
    text = LOOSER if reason else LOOSER.partition(",\n     loosens")[0] + "}\n"
    folder, file = str(project.settings.directory), str(written(tmp_path, text))
    done = CliRunner().invoke(app, ["--project", folder, "rules", "load", file, "--json"])
    assert done.exit_code != 0
    assert json.loads(done.stdout)["error"]["code"] == code
    again = type(project).open(folder)
    assert night_limits(again) == [55]
    again.close()
