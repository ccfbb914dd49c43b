"""Every case of every built-in rule, and the checks that any rule must pass."""

from pathlib import Path

import pytest

from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.checkpoints.rule_checks import check_rule
from bim_supervise.checkpoints.testing import load_cases

HERE = Path(__file__).parent
REGISTRY = load_packs()
CASES = load_cases(HERE, REGISTRY)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    case.run()


@pytest.mark.parametrize("rule", REGISTRY.rules.values(), ids=lambda rule: rule.id)
def test_a_rule_is_pure_picklable_blind_to_order_and_never_passes_on_nothing(rule):
    check_rule(rule, REGISTRY, CASES)


@pytest.mark.parametrize("rule", REGISTRY.rules.values(), ids=lambda rule: rule.id)
def test_a_rule_has_a_passing_a_failing_and_an_undetermined_case(rule):
    outcomes = {wanted.get("outcome") for case in CASES if case.rule is rule for wanted in case.expect}
    assert {"pass", "fail", "undetermined"} <= outcomes


WITHOUT_A_NUMBER = {
    "CON-10": "rain or none",
    "DUS-BJ-04": "an order is kept or not",
    "NOI-CN-10": "a permit is there or not",
    "PRG-01": "the planned day itself is a case",
    "PRG-02": "the planned day itself is a case",
    "QLT-01": "a record passes or fails",
    "QLT-03": "the least result is a parameter; exactly that is a case",
    "QLT-04": "the number of photos is a parameter; exactly that is a case",
    "QLT-05": "the bounds are parameters; exactly on one is a case",
    "QLT-06": "the watch covers the work or not; two watches that touch are a case",
}
"""Rules that have no number of their own to stand exactly at."""


@pytest.fixture(scope="module")
def at_the_limit():
    """Rules that a case puts exactly at a limit and that say pass or fail there."""
    return {
        verdict.rule
        for case in CASES
        for verdict in case.verdicts()
        if verdict.limit is not None
        and verdict.limit.value is not None
        and verdict.value == pytest.approx(verdict.limit.value, abs=1e-9)
        and verdict.outcome.value != "undetermined"
    }


@pytest.mark.parametrize("rule", REGISTRY.rules)
def test_a_rule_has_a_case_exactly_at_its_limit(rule, at_the_limit):
    assert (rule in at_the_limit) is (rule not in WITHOUT_A_NUMBER)


VECTORS = [
    ("NOI-CN-01", {"outcome": "fail", "value": 71.67}),
    ("CON-21", {"value": 1440.0}),
    ("CON-22", {"value": 79.27}),
    ("CON-22", {"value": 66.69}),
    ("CON-22", {"value": 76.54}),
    ("CON-14", {"value": 615.0, "params": {"days": 33, "counted": 31}}),
    ("PIT-01", {"limit": 10.0, "value": 10.1, "outcome": "fail"}),
    ("PIT-01", {"limit": 20.0, "value": 10.1, "outcome": "pass"}),
    ("WRK-01", {"value": 17.5}),
    ("CST-01", {"value": 0.90}),
    ("CST-02", {"value": 0.80}),
]
"""The published examples in the fields of the packs."""


@pytest.mark.parametrize(("rule", "wanted"), VECTORS)
def test_a_published_example_is_one_of_the_cases(rule, wanted):
    expected = [one for case in CASES if case.rule.id == rule for one in case.expect]
    assert any(wanted.items() <= one.items() for one in expected)


def test_the_built_in_packs_all_load():
    assert REGISTRY.broken == ()
    assert {pack.name for pack in REGISTRY.packs} >= {"progress", "cost", "quality", "noise"}
