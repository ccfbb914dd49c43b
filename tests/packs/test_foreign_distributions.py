"""Packs of other people, installed by pip from their own distributions, with no change to the project."""

import ensurepip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

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
check_rule(registry.rules[sys.argv[2]], registry, cases)
assert watches_site(registry.pack_of[sys.argv[2]]), "no section of the green screen and report"
print(len(cases))
"""

DEVICES = """
devices:
  - {id: V1, name: Geophone, kinds: [peak_particle_velocity], purpose: neighbour,
     expected_interval_s: 60, calibrated_until: 2026-12-31}
"""

SUPERVISE = """
import json, sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from bim_supervise.api import Project

folder = Path(sys.argv[1])
project = Project.create(folder / "site", "Neighbour", replay=True)
project.load_devices(folder / "devices.yaml")
begun = datetime(2026, 3, 2, 2, tzinfo=timezone.utc)
for minute in range(185):
    now = begun + timedelta(minutes=minute)
    reading = {
        "kind": "peak_particle_velocity",
        "device": "V1",
        "time": now.isoformat(),
        "value": 7.5 if minute == 70 else 2.0,
    }
    clock = {"time": (now + timedelta(minutes=1)).isoformat()}
    project.ingest(
        [("site/clock", json.dumps(clock).encode()), ("site/observations", json.dumps(reading).encode())],
        authenticated=True,
    )
    alarms = [alarm for alarm in project.alarms() if alarm.rule == "VIB-X-01"] if minute % 30 == 0 else ()
    for alarm in alarms:
        print("alarm", alarm.device, alarm.value, alarm.reason)
for language in ("en", "zh"):
    for suffix in (".xlsx", ".pdf"):
        made = project.report_bytes(
            "green-report", suffix, language=language, first_day=date(2026, 3, 2), last_day=date(2026, 3, 2)
        )
        (folder / f"green-{language}{suffix}").write_bytes(made)
project.close()
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with both distributions, and the environment in which Python finds it."""
    folder = tmp_path_factory.mktemp("foreign")
    bundled = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"), None)
    if bundled is None:
        pytest.skip("this Python carries no pip to install with")
    names = ("vibration", "noise_abroad", "broken")
    for name in names:
        shutil.copytree(DISTRIBUTIONS / name, folder / name)
    target = folder / "site"
    asked = ["install", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(target)]
    subprocess.run(
        [sys.executable, str(bundled / "pip"), *asked, *(str(folder / name) for name in names)],
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
    abroad = {limit["profile"] for rule in names["noise_abroad"]["rules"] for limit in rule["limits"]}
    assert abroad == {"hong-kong", "hong-kong-school", "singapore-residential"}
    assert [name for name, pack in names.items() if "error" in pack] == ["broken_example"]


@pytest.mark.parametrize(
    ("name", "rule", "cases"), [("vibration", "VIB-X-01", 3), ("noise_abroad", "NOI-X-01", 6)]
)
def test_the_rule_of_an_installed_pack_judges_and_keeps_what_every_rule_must(installed, name, rule, cases):
    said = python(installed, "-c", JUDGE, str(DISTRIBUTIONS / name / "cases"), rule)
    assert said.strip() == str(cases)


def test_an_installed_pack_judges_what_is_heard_and_stands_in_the_rendered_report(installed, tmp_path):
    (tmp_path / "devices.yaml").write_text(DEVICES, "utf-8")
    said = python(installed, "-c", SUPERVISE, str(tmp_path))
    assert "alarm V1 7.5 limit_exceeded" in said
    titles = {
        "en": ("Hours above the agreed velocity", "What the neighbour felt", "Geophone", "1 h"),
        "zh": ("超约定速度时数", "邻居所感振动", "Geophone", "1 h"),
    }
    for language, wanted in titles.items():
        with zipfile.ZipFile(tmp_path / f"green-{language}.xlsx") as book:
            cells = ["".join(item.itertext()) for item in ET.fromstring(book.read("xl/sharedStrings.xml"))]
        assert [words for words in wanted if not any(words in cell for cell in cells)] == []
        assert (tmp_path / f"green-{language}.pdf").read_bytes().startswith(b"%PDF")
