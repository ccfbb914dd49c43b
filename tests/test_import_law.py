"""The import law, the style and the types are part of the tests: they cannot erode by accident."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ["bim_supervise", "ui/bim_supervise_ui", "sample_models/bim_supervise_sample"]

pytestmark = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").is_file(), reason="the import law is checked in a checkout"
)


def run(*command):
    path = os.pathsep.join([str(ROOT), str(ROOT / "ui"), str(ROOT / "sample_models")])
    environment = os.environ | {"PYTHONPATH": path, "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    return done.returncode, f"{done.stdout}\n{done.stderr}"


def test_imports_keep_the_law():
    code, output = run("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    assert code == 0, output


@pytest.mark.parametrize("arguments", [("check",), ("format", "--check")], ids=" ".join)
def test_the_style_is_kept(arguments):
    code, output = run("-m", "ruff", *arguments, "bim_supervise", "ui", "sample_models", "tests")
    assert code == 0, output


def test_the_types_are_strict():
    code, output = run("-m", "mypy")
    assert code == 0, output


@pytest.mark.parametrize("folder", SOURCES)
def test_no_file_has_more_than_one_subject_by_its_length(folder):
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*.py")
        if "migrations/versions" not in path.as_posix()
        and (lines := len(path.read_text("utf-8").splitlines())) > 500
    }
    assert not long, f"more than 500 lines is a sign to split: {long}"
