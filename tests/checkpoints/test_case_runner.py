"""The public case runner and the generic checks: what they find, and how they say it."""

from importlib.resources import files
from typing import ClassVar

import pytest

from bim_supervise.checkpoints.contract import Kind, Outcome, Subject, Verdict
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.registry import registry_of
from bim_supervise.checkpoints.rule_checks import check_rule
from bim_supervise.checkpoints.testing import CaseMismatchError, load_cases, run_cases
from bim_supervise.core.errors import InputRefused


class Inspected:
    """Why: it is a test of the runner. Passes where the element W1 was inspected and passed, fails where it
    was inspected and failed, and is undetermined otherwise. Clause: none.
    """

    id: ClassVar[str] = "X-01"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[dict] = {"en": "Inspected", "zh": "已验收"}

    def subjects(self, evidence):
        return [Subject(element="W1")]

    def evaluate(self, subject, parameters, evidence, limits, since=None):
        facts = evidence.facts("inspected", subject.element or "")
        outcome = Outcome(facts[-1].value) if facts else self.otherwise
        yield Verdict(
            rule=self.id,
            outcome=outcome,
            reason="limit_not_set",
            subject=subject,
            value=None if not facts else 1.25,
            evidence_values=[fact.id for fact in facts],
        )

    otherwise: ClassVar[Outcome] = Outcome.UNDETERMINED


class Gullible(Inspected):
    """Why: it is a test of the runner, and passes where nothing has been observed, which no rule may do.
    Clause: none.
    """

    otherwise = Outcome.PASS


class Forgetful(Inspected):
    """Why: it is a test of the runner, and says something else when it is asked again, which no rule may do.
    Clause: none.
    """

    asked: ClassVar[list] = []

    def evaluate(self, subject, parameters, evidence, limits, since=None):
        self.asked.append(1)
        yield Verdict(
            rule=self.id,
            outcome=Outcome.FAIL,
            reason="limit_not_set",
            subject=subject,
            value=float(len(self.asked)),
        )


CASE = """
rule: X-01
cases:
  - name: one
    as_of: '2026-03-02 12:00'
    given: {facts: [{kind: inspected, element: W1, time: '2026-03-02 10:00', value: pass}]}
    expect: {outcome: pass, value: 1.25, element: W1}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "en.yaml").write_text("rule: {X-01: {title: t, why: w}}", "utf-8")
    (tmp_path / "zh.yaml").write_text("rule: {X-01: {title: t, why: w}}", "utf-8")
    return tmp_path


def pack_of(folder, rule=None):
    return Pack(name="x", version="1", title={}, rules=(rule or Inspected(),), catalogue=folder)


def cases_of(folder, text, rule=None):
    (folder / "X-01.yml").write_text(text, "utf-8")
    return load_cases(folder, pack_of(folder, rule))


def test_a_case_that_holds(folder):
    (case,) = cases_of(folder, CASE)
    assert str(case) == "X-01: one"
    assert case.run()[0].outcome is Outcome.PASS
    assert [result.problem for result in run_cases(folder / "X-01.yml", pack_of(folder))] == [None]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("outcome: pass, value", "outcome: fail, value"), "outcome: expected 'fail', is 'pass'"),
        (("1.25", "1.31"), "value: expected 1.31, is 1.25"),
        (("element: W1}\n", "element: W2}\n"), "expected exactly one verdict, there are 0"),
        (("value: 1.25", "since: '2026-03-02 10:00'"), "since: expected '2026-03-02 10:00', is None"),
    ],
)
def test_a_case_that_does_not_hold_says_what_was_expected_and_what_is(folder, change, problem):
    (case,) = cases_of(folder, CASE.replace(*change))
    with pytest.raises(CaseMismatchError) as failure:
        case.run()
    text = str(failure.value)
    assert problem in text
    assert "X-01.yml, 'X-01: one'" in text
    assert "element=W1, pass (limit_not_set), value 1.25" in text
    assert run_cases(folder / "X-01.yml", pack_of(folder))[0].problem == text


def test_decimals_are_compared_as_written(folder):
    (case,) = cases_of(folder, CASE.replace("1.25", "1.2"))
    case.run()  # 1.25 lies within 0.05 of 1.2
    with pytest.raises(CaseMismatchError):
        cases_of(folder, CASE.replace("1.25", "1"))[0].run()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("rule: [", "cannot be read as YAML"),
        ("cases: 7", "a list of 'cases'"),
        (CASE.replace("rule: X-01", "rule: Y-01"), "no installed pack brings the rule 'Y-01'"),
        (CASE.replace("name: one", "nome: one"), "case 1: it has no name"),
        (CASE.replace("expect", "expects"), "'one': 'expects' is not known"),
        (CASE.replace("outcome: pass,", "outcom: pass,"), "'one': expect:"),
        (CASE.replace("'2026-03-02 10:00'", "'yesterday morning'"), "'yesterday morning' is no time"),
        (CASE.replace("'2026-03-02 10:00'", "2026-03-02"), "is no time"),
        (CASE.replace("element: W1, time", "elemnt: W1, time"), "facts, row 1: 'elemnt' is not known"),
        (CASE.replace("element: W1, time", "element: W1, task: T, time"), "must be about one"),
        (CASE.replace("    given:", "    subject: {room: 1}\n    given:"), "subject: must name"),
        (CASE.replace("{facts:", "{devices: [{id: N1}], facts:"), "'kinds' is missing"),
        (
            CASE.replace("{facts:", "{readings: [{device: N, kind: pm10, from: '2026-03-02 10:00'}], facts:"),
            "'N' is not among the devices",
        ),
    ],
)
def test_what_cannot_be_understood_is_refused_with_the_place(folder, text, problem):
    with pytest.raises(InputRefused, match=r"X-01\.yml") as refusal:
        cases_of(folder, text)
    assert refusal.value.code == "case_invalid"
    assert problem in refusal.value.message


def test_readings_are_converted_to_the_unit_of_their_kind(folder):
    text = """
rule: X-01
cases:
  - name: units
    as_of: '2026-03-02 12:00'
    given:
      devices: [{id: D1, kinds: [pm10]}]
      readings: [{device: D1, kind: pm10, from: '2026-03-02 10:00', values: [0.08, 0.09], unit: mg/m3}]
    expect: {outcome: undetermined}
"""
    (case,) = cases_of(folder, text)
    evidence = case.world.snapshot()
    start, end = evidence.extent("D1", "pm10")
    assert [row.first for row in evidence.windows("D1", "pm10", start, end)] == [800, 900]
    with pytest.raises(InputRefused, match="cannot be turned into ug/m3"):
        cases_of(folder, text.replace("mg/m3", "ppm"))


def checked(folder, rule):
    registry = registry_of([pack_of(folder, rule)])
    check_rule(rule, registry, cases_of(folder, CASE, rule))


def test_the_generic_checks_accept_a_good_rule(folder):
    checked(folder, Inspected())


def test_the_generic_checks_find_a_pass_on_nothing(folder):
    with pytest.raises(CaseMismatchError, match="passes where nothing was observed"):
        checked(folder, Gullible())


def test_the_generic_checks_find_a_rule_that_changes_its_mind(folder):
    with pytest.raises(CaseMismatchError, match="asked twice"):
        checked(folder, Forgetful())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "x1"}, "no permanent code"),
        ({"kind": "green"}, "its kind"),
        ({"__doc__": "Short."}, "no manual page"),
        ({"id": "X-09"}, "it has no why in en"),
    ],
)
def test_the_generic_checks_ask_for_a_description(folder, change, problem):
    rule = type("Changed", (Inspected,), {"__doc__": Inspected.__doc__} | change)()
    with pytest.raises(CaseMismatchError, match=problem):
        check_rule(rule, registry_of([pack_of(folder, rule)]))


def test_the_example_in_the_documentation_of_the_runner_is_a_case(folder):
    import bim_supervise.checkpoints.testing as runner

    text = runner.__doc__.split("::\n\n")[1].split("\nand the test")[0]
    file = folder / "example.yml"
    file.write_text("\n".join(line.removeprefix("    ") for line in text.splitlines()), "utf-8")
    (case,) = load_cases(file)
    case.run()


def test_catalogues_are_shipped_inside_the_package():
    assert (files("bim_supervise.checkpoints") / "catalogue" / "zh.yaml").is_file()
