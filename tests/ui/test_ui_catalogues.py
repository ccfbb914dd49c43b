"""Every sentence is there in both languages, and no screen speaks past the catalogues."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from bim_supervise_ui import shell
from bim_supervise_ui.i18n import own_catalogue
from bim_supervise_ui.viewer import words
from bim_supervise_ui.viewer.palettes import PALETTES
from bim_supervise_ui.widgets import pills

from bim_supervise import api
from bim_supervise.api import RECORDS
from bim_supervise.core.catalogue import LANGUAGES, flatten, load_catalogue
from bim_supervise.inspection.cases import STEPS, CaseKind
from bim_supervise.inspection.itp import profiles
from bim_supervise.ledger.capacities import Capacity

UI = Path(str(files("bim_supervise_ui")))
SOURCES = sorted(UI.rglob("*.py"))
CATALOGUES = [
    UI / "catalogues",
    UI / "viewer" / "catalogues",
    Path(api.__file__).parents[1] / "server" / "catalogues",
]

# Keys put together at run time, by the values that can occur there.
BUILT = {
    "succession.{}": ("review", "carried", "confirmed", "refused"),
    "review.about_{}": ("review", "carried", "confirmed", "refused"),
    "match.{}": (
        "global_id",
        "tag",
        "content",
        "name",
        "properties",
        "shape",
        "parts",
        "person",
        "placement",
    ),
    "storey.{}": ["closer", "away", "fit"],
    "scan.print_{}": ["element", "device"],
    "nav.{}": shell.SECTIONS,
    "{}.title": [item.key for group in shell.SECTIONS.values() for item in group],
    "admin.view_{}": ["devices", "senders", "feeds", "zones", "people"],
    "zone_purpose.{}": ["space", "pit", "crane", "boundary", "dome"],
    "alarm_state.{}": ["open", "acknowledged", "cleared"],
    "device_state.{}": ["live", "silent", "never", "distrusted"],
    "life.{}": ["delivered", "installed", "missing"],
    "decision.{}": ["accept", "reject"],
    "checkpoint_kind.{}": ["progress", "cost", "quality", "green"],
    "task_kind.{}": ["task", "milestone", "summary"],
    "timeline.only_{}": ["all", "critical", "late", "gates", "running"],
    "timeline.legend_{}": ["plan", "critical", "actual", "running", "baseline"],
    "checkpoints.scope_{}": ["mine", "waiting", "all"],
    "checkpoint.open_{}": ["ncr", "request", "waiver"],
    "observation.{}": RECORDS,
    "lots.confirm_{}": ["records", "sampling", "functions", "visual"],
    "lot_left_out.{}": ("taken", "superseded", "unit", "unauthenticated"),
    "lot_reason.{}": [
        *("check_passed", "serious_defect", "dominant_failed", "worst_too_far", "size_missing"),
        *("sampling_not_in_table", "points_missing", "pass_rate_not_set", "rate_too_low"),
    ],
    "cases.scope_{}": ["mine", "standing", "all"],
    "case_kind.{}": [kind.value for kind in CaseKind],
    "case_state.{}": sorted({step.after for step in STEPS} - {""}),
    "case_step.{}": sorted({step.action for step in STEPS}),
    "evidence_screen.view_{}": ["devices", "statements", "conflicts"],
    "evidence.{}": ["distrusted", "unauthenticated", "trusted"],
    "device.span_{}": ["6h", "24h", "3d", "7d"],
    "model.view_{}": ["elements", "revisions", "review", "load"],
    "plans.view_{}": ["import", "stored", "compare"],
    "plans.count_{}": ["unchanged", "moved", "changed", "added", "removed", "logic"],
    "plans.link_{}": ["added", "removed", "lag"],
    "plans.make_{}": ["mspdi", "ifc"],
    "plans.get_{}": ["mspdi", "ifc"],
    "linking.view_{}": ["rules", "suggestions", "draft"],
    "linking.because_{}": ["object", "material", "work", "place", "label"],
    "load.{}": ["model", "schedule", "links"],
    "load.{}_small": ["model", "schedule", "links"],
    "report.scope_{}": ["now", "all"],
    "sign.{}": ["accept", "reject"],
    "task.{}": ["planned", "baseline", "early", "late", "actual"],
    "today.late_{}": ["start", "finish"],
    "unit.{}": ["day", "hour", "minute", "second"],
    "percent.{}": ["planned", "claimed", "accepted", "corroborated", "proven"],
    "percent.{}_help": ["planned", "claimed", "accepted", "corroborated", "proven"],
    "money.{}": ["spi", "cpi"],
    "money.{}_help": ["spi", "cpi"],
    "basis.{}": ["budget", "duration", "tasks", "finished", "quantity", "elements", "percent"],
    "viewer.{}": words.WORDS,
    "viewer.stage_{}": ["open", "mesh", "pack"],
    "viewer.shape_{}": ["mesh", "failed", "none"],
    **{
        f"look_{name}.{{}}": ["none"] if name in ("gate", "verdict") else codes
        for name, codes in PALETTES.items()
    },
    "itp_profile.{}": profiles(),
    "plan_format.{}": ["ifc", "mspdi", "csv", "xer", "pmxml"],
    "subject.{}": ["task", "element", "device", "checkpoint", "case", "project"],
}
BORROWED = {
    "state.{}": pills.GATE_ORDER,
    "outcome.{}": ["pass", "fail", "undetermined"],
    "severity.{}": ["life_safety", "major", "minor"],
    "control.{}": "HWRSM",
    "boundary.{}": ["start", "finish", "throughout"],
    "capacity.{}": [item.value for item in Capacity],
}
"""Words that the checkpoint engine's own catalogue gives."""


@pytest.mark.parametrize("folder", CATALOGUES, ids=lambda path: path.parent.name)
def test_both_languages_have_the_same_keys_and_values(folder: Path) -> None:
    texts = {
        code: flatten(yaml.safe_load((folder / f"{code}.yaml").read_text("utf-8"))) for code in LANGUAGES
    }
    assert texts["en"].keys() == texts["zh"].keys()
    for key, english in texts["en"].items():
        chinese = texts["zh"][key]
        assert english.strip(), key
        assert chinese.strip(), key
        assert _fields(english) == _fields(chinese), key
        assert not re.search(r"[\u4e00-\u9fff]", english), key


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _calls() -> Iterator[tuple[Path, ast.Call, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                yield path, node, name


def _used_keys() -> set[str]:
    used: set[str] = set()
    for _, node, name in _calls():
        if name == "t" and node.args:
            branches = [node.args[0]]
            if isinstance(node.args[0], ast.IfExp):
                branches = [node.args[0].body, node.args[0].orelse]
            used |= {item.value for item in branches if isinstance(item, ast.Constant)}
    return used


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_in_use_exists(language: str) -> None:
    borrowed = load_catalogue([files("bim_supervise.checkpoints") / "catalogue"])
    own = own_catalogue().keys(language)
    built = {key.format(value) for key, values in BUILT.items() for value in values}
    assert _used_keys() | built <= own
    wanted = {key.format(value) for key, values in BORROWED.items() for value in values}
    assert wanted <= own | borrowed.keys(language)


def test_columns_in_use_exist() -> None:
    names = {
        node.value
        for path in (UI / "screens").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    keys = own_catalogue().keys("en")
    columns = {key.removeprefix("column.") for key in keys if key.startswith("column.")}
    assert columns & names, "the table columns are named in the screens"


def test_no_sentence_is_unused() -> None:
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    groups = {key.split(".")[0] for key in (*BUILT, *BORROWED)} | {
        "column", "error", "hint", "observation", "purpose", "missing", "field", "plan_field", "stage",
            "source",
    }  # fmt: skip
    unused = [
        key
        for key in own_catalogue().keys("en")
        if key.split(".")[0] not in groups and f'"{key}"' not in source and f"'{key}'" not in source
    ]
    assert unused == []


SPEAKING = {
    "button", "caption", "checkbox", "code", "dialog", "download_button", "error", "expander",
    "file_uploader", "form_submit_button", "header", "info", "markdown", "metric", "multiselect",
    "number_input", "popover", "radio", "segmented_control", "selectbox", "spinner", "status",
    "subheader", "success", "text", "text_area", "text_input", "title", "toast", "toggle", "warning",
    "write", "camera_input", "datetime_input", "section", "head", "empty", "notice", "card",
}  # fmt: skip


def test_no_screen_speaks_past_the_catalogues() -> None:
    offenders = []
    for path, node, name in _calls():
        if path.name == "shell.py" or name not in SPEAKING or ast.unparse(node.func).startswith("_LOG."):
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                text = argument.value
                if re.search(r"[A-Za-z\u4e00-\u9fff]{2}", text) and text not in ("bad", "good", "wait"):
                    offenders.append((path.name, node.lineno, text))
    assert offenders == []


def test_no_chinese_in_code() -> None:
    for path in SOURCES:
        if path.name == "i18n.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"[\u4e00-\u9fff]", node.value), (path.name, node.value)
