"""Every number that a pack ships stands in the register, and that in the compilation it was read from."""

import importlib
import os
import re
from pathlib import Path

import pytest
import yaml

from bim_supervise.checkpoints.registry import load_packs

ROOT = Path(__file__).resolve().parents[2]
REGISTER = yaml.safe_load((ROOT / "bim_supervise" / "packs" / "register.yaml").read_text("utf-8"))
REGISTRY = load_packs()
PLACE = Path(os.environ.get("BIM_SUPERVISE_SHARED", ROOT.parent / "shared")) / "standards.md"
KEY = ("rule", "edition", "statistic", "profile", "condition")


def own_packs():
    folder = ROOT / "bim_supervise" / "packs"
    return [pack for pack in REGISTRY.packs if (folder / pack.name).is_dir()]


def of_limit(limit):
    return (
        limit.rule_id, limit.edition, limit.statistic, limit.profile, tuple(sorted(limit.condition.items())),
    )  # fmt: skip


def of_row(row):
    named = {"profile": "", "condition": {}, **row}
    return (*(named[key] for key in KEY[:-1]), tuple(sorted(named["condition"].items())))


ROWS = {of_row(row): row for row in REGISTER["limits"]}
SHIPPED = [limit for pack in own_packs() for limit in pack.limits if limit.value is not None]


def test_no_number_stands_twice():
    assert len(ROWS) == len(REGISTER["limits"])


@pytest.mark.parametrize("limit", SHIPPED, ids=lambda limit: f"{limit.rule_id} {limit.statistic}")
def test_every_limit_is_in_the_register(limit):
    row = ROWS[of_limit(limit)]
    assert (row["value"], row["unit"], row["evidence_class"]) == (
        limit.value, limit.unit, limit.evidence_class,
    )  # fmt: skip


def test_the_register_has_no_number_that_no_pack_ships():
    assert set(ROWS) == {of_limit(limit) for limit in SHIPPED}


@pytest.mark.parametrize("row", REGISTER["constants"], ids=lambda row: row["where"])
def test_every_constant_is_what_the_register_says(row):
    module, _, name = row["where"].partition(":")
    value = getattr(importlib.import_module(module), name)
    plain = (
        [list(one) if isinstance(one, tuple) else one for one in value] if isinstance(value, tuple) else value
    )
    assert plain == row["value"]


def test_what_is_uncertain_is_editable_and_what_only_a_design_can_say_is_empty():
    for pack in own_packs():
        for limit in pack.limits:
            assert limit.editable or limit.evidence_class in ("V1", "V2", "R-high")
            assert (limit.evidence_class == "DESIGN") == (limit.value is None)


def written(value):
    """How a number may be written: 9000 also as 9,000, 100 also as 100.0, 800 ug/m3 as 0.8 mg/m3."""
    text = f"{value:g}" if abs(value) < 1e6 else str(int(value))
    return {text, f"{value:,.0f}", f"{value:.1f}"} | {f"{value / 1000:g}", f"{value / 1000:.1f}"}


@pytest.mark.skipif(not PLACE.is_file(), reason="the compilation of standards is not beside this checkout")
@pytest.mark.parametrize(
    "row",
    [*REGISTER["limits"], *REGISTER["constants"]],
    ids=lambda row: str(row.get("rule", row.get("where"))),
)
def test_every_row_is_read_word_for_word(row):
    text = PLACE.read_text("utf-8")
    assert row["read"] in text
    values = row["value"] if isinstance(row["value"], list) else [row["value"]]
    flat = [one for value in values for one in (value if isinstance(value, list) else [value])]
    numbers = set(re.findall(r"\d+(?:[.,]\d+)*", row["read"]))
    if not row.get("in_words") and "CORRECTIONS" not in row.get("where", ""):
        for value in flat:
            assert numbers & written(value), (value, numbers)


@pytest.mark.skipif(not PLACE.is_file(), reason="the compilation of standards is not beside this checkout")
def test_every_code_of_the_compilation_ships_or_the_docs_say_why_not():
    codes = set(re.findall(r"\b(?:NOI|DUS|AIR|WRK|PIT|CON|MCH)-(?:[A-Z]+-)?\d+\b", PLACE.read_text("utf-8")))
    docs = (ROOT / "docs" / "packs.md").read_text("utf-8")
    told = docs.partition("### Not shipped, and why")[2].partition("\n## ")[0]
    # A foreign limit is named after its country; it belongs to a distribution of its own.
    own = {code for code in codes if not code.startswith("NOI-") or code.startswith("NOI-CN-")}
    absent = own - set(REGISTRY.rules)
    assert {code for code in absent if f"`{code}`" not in told} == set()
