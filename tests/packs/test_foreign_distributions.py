"""Packs of other people, installed by pip from their own distributions, with no change to the project."""

import ensurepip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DISTRIBUTIONS = Path(__file__).resolve().parents[1] / "distributions"

JUDGE = """
import sys
from bim_supervise.api.green import watches_site
from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.checkpoints.rule_checks import check_rule
from bim_supervise.checkpoints.testing import load_cases

registry = load_packs()
cases = load_cases(sys.argv[1], registry)
for case in cases:
    case.run()
check_rule(registry.rules["VIB-X-01"], registry, cases)
assert watches_site(registry.pack_of["VIB-X-01"]), "no section of the green screen and report"
print(len(cases))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with both distributions, and the environment in which Python finds it."""
    folder = tmp_path_factory.mktemp("foreign")
    bundled = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"), None)
    if bundled is None:
        pytest.skip("this Python carries no pip to install with")
    for name in ("vibration", "broken"):
        shutil.copytree(DISTRIBUTIONS / name, folder / name)
    target = folder / "site"
    asked = ["install", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(target)]
    subprocess.run(
        [sys.executable, str(bundled / "pip"), *asked, str(folder / "vibration"), str(folder / "broken")],
        check=True,
        capture_output=True,
        timeout=240,
    )
    return os.environ | {"PYTHONPATH": str(target)}


def python(environment, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        env=environment,
    ).stdout


def test_an_installed_pack_is_listed_with_its_limit_and_a_broken_one_is_named(installed):
    listed = json.loads(python(installed, "-m", "bim_supervise.cli", "packs", "--json"))
    names = {pack["name"]: pack for pack in listed}
    assert {"noise", "dust", "dome", "pit", "concrete", "lifting", "vibration", "broken_example"} <= set(
        names
    )
    assert "geophones" in json.dumps(names["broken_example"])
    assert "VIB-X-01" in json.dumps(names["vibration"])
    assert "annex 7" in json.dumps(names["vibration"])
    assert [name for name, pack in names.items() if "error" in pack] == ["broken_example"]


def test_the_rule_of_an_installed_pack_judges_and_keeps_what_every_rule_must(installed):
    assert python(installed, "-c", JUDGE, str(DISTRIBUTIONS / "vibration" / "cases")).strip() == "3"
