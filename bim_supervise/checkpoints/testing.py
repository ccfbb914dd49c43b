"""The public case runner: rule cases are data, and a pack's author runs them without a store.

A file of cases::

    rule: NOI-CN-01
    cases:
      - name: a short loud job outweighs a long quiet one
        as_of: '2026-03-02 11:00'          # site wall time; a date alone is its end
        timezone: Asia/Shanghai            # the default
        given:
          devices: [{id: N1, kinds: [noise_level], purpose: boundary, calibrated_until: 2026-12-31}]
          readings:
            - {device: N1, kind: noise_level, from: '2026-03-02 10:00', minutes: 15, value: 68}
            - {device: N1, kind: noise_level, from: '2026-03-02 10:15', minutes: 5, value: 76}
        subject: {device: N1}              # left out: what the rule watches by itself; {}: the whole site
        expect: {window: ['2026-03-02 10:00', '2026-03-02 10:20'], outcome: fail, value: 71.67, limit: 70}

and the test that runs it::

    @pytest.mark.parametrize("case", load_cases("tests/cases", pack), ids=str)
    def test_case(case):
        case.run()

``site`` may set profiles, parameters and limits as a project does (``checkpoints.site_rules``).

``given`` holds ``devices``, ``readings``, ``tasks``, ``facts`` and ``figures``. ``expect`` is one mapping for
the one verdict that the rule gives, or a list of mappings; ``task``, ``element``, ``device`` and ``window``
select the verdict that is meant, the other keys are compared: ``outcome``, ``reason``, ``value``, ``limit``,
``clause``, ``edition``, ``completeness``, ``since``, ``severity`` and ``params`` (those named). A decimal
number is compared to the decimals it is written with, a whole number exactly. ``verdicts`` beside ``expect``
is how many there must be in all. Statements and readings are authenticated unless ``authenticated: false`` is
written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bim_supervise.checkpoints.case_worlds import CaseFormError, World, moment, read_world
from bim_supervise.checkpoints.contract import Evidence, Limit, Rule, Subject, Verdict
from bim_supervise.checkpoints.engine import ask
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.registry import Registry, load_packs, registry_of
from bim_supervise.checkpoints.site_rules import parse_site_rules
from bim_supervise.core.catalogue import safe_yaml
from bim_supervise.core.clock import site_zone, to_wall
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.kinds import KindTable

_CASE = {
    "name", "why", "as_of", "timezone", "given", "subject", "parameters", "since", "expect", "verdicts",
    "site",
}  # fmt: skip
_SELECTORS = ("task", "element", "device", "window")
_SUBJECT = {"task", "element", "device"}


class CaseMismatchError(AssertionError):
    """A case whose rule did not say what was expected; the text shows both."""


@dataclass(frozen=True)
class Case:
    """One case of one rule; ``str(case)`` names it in a test report."""

    file: str
    name: str
    rule: Rule
    limits: tuple[Limit, ...]
    world: World
    subject: Subject | None
    parameters: Mapping[str, Any]
    since: datetime | None
    expect: tuple[Mapping[str, Any], ...]
    count: int | None

    def __str__(self) -> str:
        return f"{self.rule.id}: {self.name}"

    def verdicts(self, evidence: Evidence | None = None, rule: Rule | None = None) -> list[Verdict]:
        """What the rule says in the case's world, or about other evidence."""
        evidence, rule = evidence or self.world.snapshot(), rule or self.rule
        subjects = list(rule.subjects(evidence)) if self.subject is None else [self.subject]
        return [
            verdict
            for subject in subjects
            for verdict in ask(rule, subject, self.parameters, evidence, self.limits, self.since)
        ]

    def run(self) -> list[Verdict]:
        """Ask the rule and compare.

        Raises:
            CaseMismatchError: with every difference, and all verdicts, in words.
        """
        found = self.verdicts()
        problems = [problem for wanted in self.expect for problem in self._compare(wanted, found)]
        if self.count is not None and len(found) != self.count:
            problems.append(f"expected {self.count} verdicts, there are {len(found)}")
        if problems:
            shown = "\n".join(f"  - {self._shown(verdict)}" for verdict in found) or "  none"
            lines = "\n".join(f"  {problem}" for problem in problems)
            raise CaseMismatchError(f"{self.file}, '{self}':\n{lines}\nverdicts:\n{shown}")
        return found

    def _compare(self, wanted: Mapping[str, Any], found: Sequence[Verdict]) -> list[str]:
        chosen = {key: wanted[key] for key in _SELECTORS if key in wanted}
        meant = [one for one in found if all(self._selected(one, key, chosen[key]) for key in chosen)]
        about = f"{chosen}: " if chosen else ""
        if len(meant) != 1:
            return [f"{about}expected exactly one verdict, there are {len(meant)}"]
        return [
            f"{about}{key}: expected {value!r}, is {actual!r}"
            for key, value in wanted.items()
            if key not in _SELECTORS
            for actual in [self._actual(meant[0], key)]
            if not self._equal(key, value, actual)
        ]

    def _selected(self, verdict: Verdict, key: str, value: Any) -> bool:
        if key != "window":
            return bool(getattr(verdict.subject, key) == value)
        zone = self.world.zone
        return [verdict.window_start, verdict.window_end] == [moment(end, zone) for end in value]

    def _actual(self, verdict: Verdict, key: str) -> Any:
        if key == "limit":
            return verdict.limit.value if verdict.limit else None
        if key in ("clause", "edition"):
            return getattr(verdict.limit, key) if verdict.limit else None
        value = getattr(verdict, key)
        return value.value if key in ("outcome", "severity") else value

    def _equal(self, key: str, wanted: Any, actual: Any) -> bool:
        if key == "since":
            return bool(actual == (None if wanted is None else moment(wanted, self.world.zone)))
        if key == "params":
            return all(name in actual and _close(value, actual[name]) for name, value in wanted.items())
        return _close(wanted, actual)

    def _shown(self, verdict: Verdict) -> str:
        parts = [verdict.subject.key, f"{verdict.outcome.value} ({verdict.reason})"]
        if verdict.window_start and verdict.window_end:
            start, end = (to_wall(at, self.world.zone) for at in (verdict.window_start, verdict.window_end))
            parts.insert(1, f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}")
        if verdict.value is not None:
            parts.append(f"value {verdict.value:g} {verdict.unit}".strip())
        if verdict.limit is not None:
            parts.append(f"limit {verdict.limit.comparator} {verdict.limit.value} ({verdict.limit.edition})")
        if verdict.completeness is not None:
            parts.append(f"completeness {verdict.completeness:.2f}")
        return ", ".join([*parts, *([str(dict(verdict.params))] if verdict.params else [])])


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case went; ``problem`` is None when the rule said what was expected."""

    case: Case
    problem: str | None


def load_cases(path: str | Path, pack: Pack | Registry | None = None) -> list[Case]:
    """The cases of a YAML file, or of all ``*.yml`` files of a folder, by file name.

    Args:
        path: file or folder.
        pack: the pack under test, or a registry; without it all installed packs.

    Raises:
        InputRefused: ``case_invalid`` naming file, case and what cannot be understood.
    """
    if isinstance(pack, Registry):
        registry = pack
    else:
        registry = registry_of([pack]) if pack is not None else load_packs()
    place = Path(path)
    files = sorted(place.glob("*.yml")) if place.is_dir() else [place]
    return [case for file in files for case in _file(file, registry)]


def run_cases(path: str | Path, pack: Pack | Registry | None = None) -> list[CaseResult]:
    """Run all cases of a file or folder; see ``load_cases``. For use outside a test runner."""
    return [CaseResult(case, _problem(case.run)) for case in load_cases(path, pack)]


def _problem(run: Callable[[], object]) -> str | None:
    try:
        run()
    except CaseMismatchError as error:
        return str(error)
    return None


def _file(file: Path, registry: Registry) -> Iterable[Case]:
    try:
        tree = safe_yaml(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _invalid(file, "", f"it cannot be read as YAML: {' '.join(str(error).split())}") from error
    if not isinstance(tree, Mapping) or not isinstance(tree.get("cases"), list):
        raise _invalid(file, "", "it must hold 'rule' and a list of 'cases'")
    rule = registry.rules.get(str(tree.get("rule")))
    if rule is None:
        raise _invalid(file, "", f"no installed pack brings the rule {tree.get('rule')!r}")
    for number, row in enumerate(tree["cases"], 1):
        name = row.get("name") if isinstance(row, Mapping) else None
        if not isinstance(name, str):
            raise _invalid(file, f"case {number}", "it has no name")
        try:
            yield _case(file, name, row, rule, registry)
        except CaseFormError as error:
            raise _invalid(file, f"'{name}'", str(error)) from error


def _case(file: Path, name: str, row: Mapping[str, Any], rule: Rule, registry: Registry) -> Case:
    unknown = sorted(set(row) - _CASE)
    if unknown:
        raise CaseFormError(f"'{unknown[0]}' is not known; known are {', '.join(sorted(_CASE))}")
    if "as_of" not in row or "expect" not in row:
        raise CaseFormError("'as_of' and 'expect' are needed")
    zone = site_zone(row.get("timezone", "Asia/Shanghai"))
    world = read_world(row.get("given") or {}, row["as_of"], zone, KindTable().with_kinds(registry.kinds))
    subject = row.get("subject")
    if subject is not None and (not isinstance(subject, Mapping) or set(subject) - _SUBJECT):
        raise CaseFormError(f"subject: must name {', '.join(sorted(_SUBJECT))} or nothing, not {subject!r}")
    expect = row["expect"] if isinstance(row["expect"], list) else [row["expect"]]
    compared = {
        "outcome", "reason", "value", "limit", "clause", "edition", "completeness", "since", "severity",
        "params", *_SELECTORS,
    }  # fmt: skip
    for wanted in expect:
        if not isinstance(wanted, Mapping) or set(wanted) - compared:
            raise CaseFormError(f"expect: {wanted!r} may have only {', '.join(sorted(compared))}")
    if "site" in row:
        registry = registry.for_site(
            parse_site_rules(row["site"], file.name, registry.rules, registry.shipped)
        )
    count = row.get("verdicts", 1 if isinstance(row["expect"], Mapping) and not _selects(expect[0]) else None)
    return Case(
        file=file.name,
        name=name,
        rule=rule,
        limits=registry.limits(rule.id),
        world=world,
        subject=None if subject is None else Subject(**subject),
        parameters={**registry.parameters(rule.id), **(row.get("parameters") or {})},
        since=moment(row["since"], zone) if "since" in row else None,
        expect=tuple(expect),
        count=count,
    )


def _selects(wanted: Mapping[str, Any]) -> bool:
    return any(key in wanted for key in _SELECTORS)


def _close(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, float) and isinstance(actual, int | float):
        decimals = len(repr(wanted).partition(".")[2]) if "e" not in repr(wanted) else 6
        return math.isclose(wanted, actual, rel_tol=0, abs_tol=0.5 * 10**-decimals + 1e-12)
    return bool(wanted == actual)


def _invalid(file: Path, where: str, problem: str) -> InputRefused:
    return InputRefused(
        "case_invalid",
        f"{file.name}{', ' if where else ''}{where}: {problem}.",
        "The module bim_supervise.checkpoints.testing describes the form of a case.",
        file=file.name,
        where=where,
        problem=problem,
    )
