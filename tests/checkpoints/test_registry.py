"""The registry: packs through entry points; a broken one is named and the rest works."""

import logging
import sys
import types
from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest
from checkpoint_samples import a_limit

from bim_supervise.checkpoints.contract import Kind, Outcome, Subject, Verdict
from bim_supervise.checkpoints.engine import evaluate, evaluate_checkpoint
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.registry import load_packs, registry_of
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.observations import ObservationKind, Shape


class Calm:
    """Passes always."""

    id: ClassVar[str] = "X-01"
    kind: ClassVar[Kind] = Kind.GREEN
    title: ClassVar[dict] = {"en": "x", "zh": "x"}

    def subjects(self, evidence):
        return [Subject()]

    def evaluate(self, subject, parameters, evidence, limits, since=None):
        yield Verdict(rule=self.id, outcome=Outcome.PASS, reason="calm", subject=subject, params=parameters)


class Broken(Calm):
    """Breaks down after a verdict."""

    id = "X-02"

    def evaluate(self, subject, parameters, evidence, limits, since=None):
        yield from super().evaluate(subject, parameters, evidence, limits)
        raise KeyError("depth")


class Lost(Calm):
    """Does not know what it watches."""

    id = "X-03"

    def subjects(self, evidence):
        raise RuntimeError("lost")


class Stranger(Calm):
    """Speaks for another rule."""

    id = "X-04"

    def evaluate(self, subject, parameters, evidence, limits, since=None):
        yield Verdict(rule="X-01", outcome=Outcome.PASS, reason="calm", subject=subject)


def a_pack(name="x", *rules, **more):
    return Pack(name=name, version="1", title={"en": name, "zh": name}, rules=rules, **more)


@pytest.fixture
def modules(monkeypatch):
    def add(name, **content):
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
        return EntryPoint(name.removeprefix("a_pack_"), f"{name}:pack", "bim_supervise.packs")

    return add


def test_installed_packs_come_through_the_entry_points():
    registry = load_packs()
    assert {"PRG-01", "PRG-02", "CST-01", "QLT-01", "NOI-CN-01", "NOI-CN-02"} <= set(registry.rules)
    assert registry.broken == ()
    assert registry.pack_of["NOI-CN-01"].name == "noise"
    assert {limit.edition for limit in registry.limits("NOI-CN-01")} == {"GB 12523-2011", "GB 12523-2025"}
    assert registry.limits("PRG-01") == ()


def test_a_broken_pack_is_named_loudly_and_the_rest_works(modules, caplog):
    points = [
        modules("a_pack_good", pack=a_pack("good", Calm())),
        modules("a_pack_empty"),
        modules("a_pack_wrong", pack="not a pack"),
        EntryPoint("absent", "no_such_module:pack", "bim_supervise.packs"),
    ]
    with caplog.at_level(logging.ERROR):
        registry = load_packs(points)
    assert list(registry.rules) == ["X-01"]
    assert {one.name: one.error.split(":")[0] for one in registry.broken} == {
        "absent": "ModuleNotFoundError",
        "empty": "AttributeError",
        "wrong": "InputRefused",
    }
    assert "absent" in caplog.text


def test_a_rule_id_belongs_to_the_pack_that_came_first(modules):
    points = [
        modules("a_pack_b", pack=a_pack("b", Calm())),
        modules("a_pack_a", pack=a_pack("a", Broken(), Calm())),
    ]
    registry = load_packs(points)
    assert [pack.name for pack in registry.packs] == ["a"]
    assert [one.name for one in registry.broken] == ["b"]
    assert "X-01 is taken by the pack 'a'" in registry.broken[0].error


def test_no_outsider_takes_a_built_in_rule_by_being_found_earlier(modules):
    class Thief(Calm):
        id = "NOI-CN-01"

    thief = modules("a_pack_aaa", pack=a_pack("aaa", Thief()))
    noise = EntryPoint("noise", "bim_supervise.packs.noise:pack", "bim_supervise.packs")
    registry = load_packs([thief, noise])
    assert registry.pack_of["NOI-CN-01"].name == "noise"
    assert [one.name for one in registry.broken] == ["aaa"]


@pytest.mark.parametrize(
    ("pack", "problem"),
    [
        (a_pack("x", Calm(), Calm()), "is taken by the pack 'x'"),
        (a_pack("x", Calm(), limits=(a_limit(rule_id="Y-01"),)), "limits for rules it does not bring"),
        (a_pack("x", object()), "is no rule"),
        (
            a_pack("x", kinds=(ObservationKind(key="noise_level", shape=Shape.FACT),)),
            "described twice, and differently",
        ),
    ],
)
def test_an_inconsistent_pack_is_refused(pack, problem):
    with pytest.raises(InputRefused, match=problem):
        registry_of([pack])


def test_a_pack_cannot_reword_what_is_there_already(tmp_path):
    for language in ("en", "zh"):
        (tmp_path / f"{language}.yaml").write_text("state: {released: Shut}\n", "utf-8")
    with pytest.raises(InputRefused) as refused:
        registry_of([a_pack("x", Calm(), catalogue=tmp_path)])
    assert "state.released" in refused.value.message
    assert registry_of([]).catalogue.text("state.released") == "Released"


def test_the_shipped_catalogues_have_every_key_in_both_languages():
    catalogue = load_packs().catalogue
    assert catalogue.keys("en") == catalogue.keys("zh")


@pytest.fixture
def evidence():
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    return Snapshot(as_of=datetime(2026, 3, 2, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))


def test_a_rule_that_breaks_down_is_undetermined_and_the_others_speak(evidence):
    registry = registry_of([a_pack("x", Calm(), Broken(), Lost(), Stranger())])
    found = {verdict.rule: verdict for verdict in evaluate(registry, evidence)}
    assert len(found) == 4
    assert found["X-01"].outcome is Outcome.PASS
    for rule, error in (("X-02", "KeyError"), ("X-03", "RuntimeError"), ("X-04", "ValueError")):
        assert found[rule].outcome is Outcome.UNDETERMINED
        assert (found[rule].reason, found[rule].params["error"]) == ("rule_failed", error)


def test_only_the_rules_asked_for_and_one_that_is_not_installed(evidence):
    registry = registry_of([a_pack("x", Calm(), Broken())])
    verdicts = evaluate(registry, evidence, rules=["X-01", "Z-09"])
    assert [(one.rule, one.reason) for one in verdicts] == [("X-01", "calm"), ("Z-09", "rule_not_installed")]


def test_a_checkpoint_hands_its_parameters_id_and_boundary_to_the_rule(evidence):
    from checkpoint_samples import a_checkpoint

    registry = registry_of([a_pack("x", Calm())])
    point = replace(a_checkpoint(), parameters={"record": "inspected"})
    (verdict,) = evaluate_checkpoint(point, registry, evidence)
    assert verdict.params == {"record": "inspected", "checkpoint": "C", "boundary": "finish"}
    (unknown,) = evaluate_checkpoint(replace(point, rule="Z-09"), registry, evidence)
    assert (unknown.outcome, unknown.reason) == (Outcome.UNDETERMINED, "rule_not_installed")


def test_a_checkpoint_never_has_no_verdict(evidence):
    class Silent(Calm):
        def evaluate(self, subject, parameters, evidence, limits, since=None):
            return ()

    from checkpoint_samples import a_checkpoint

    (verdict,) = evaluate_checkpoint(a_checkpoint(), registry_of([a_pack("x", Silent())]), evidence)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNDETERMINED, "nothing_to_judge")
