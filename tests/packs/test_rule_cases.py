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


def test_the_built_in_packs_all_load():
    assert REGISTRY.broken == ()
    assert {pack.name for pack in REGISTRY.packs} >= {"progress", "cost", "quality", "noise"}
