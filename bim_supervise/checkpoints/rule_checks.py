"""What every rule must be, whoever wrote it: pure, picklable, blind to order, never passing on nothing."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Kind, Outcome, Rule, Subject, Verdict
from bim_supervise.checkpoints.engine import ask
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.checkpoints.testing import Case, CaseMismatchError
from bim_supervise.core.catalogue import LANGUAGES

_CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+")


def check_rule(rule: Rule, registry: Registry, cases: Iterable[Case] = ()) -> None:
    """Check one rule of ``registry``; its cases give the worlds to check it in.

    Checked: a permanent code, a title and a sentence why in both languages, a manual page; that asking twice,
    asking a pickled copy and asking about evidence that arrived in another order give the same verdicts; that
    a site from which nothing has been heard gives no pass; that every reason has a sentence in both languages
    and all values that the sentence names.

    Raises:
        CaseMismatchError: naming the rule and what it does not keep.
    """
    _check_description(rule, registry)
    copy: Rule = pickle.loads(pickle.dumps(rule))  # noqa: S301 - our own bytes
    _check_empty_site(rule, registry)
    for case in cases:
        if case.rule.id != rule.id:
            continue
        first = case.verdicts()
        _same(rule, case, "asked twice", first, case.verdicts())
        _same(rule, case, "a pickled copy", first, case.verdicts(rule=copy))
        for seed in range(3):
            _same(rule, case, "evidence in another order", first, case.verdicts(case.world.snapshot(seed)))
        _refuse_pass(rule, str(case), case.verdicts(case.world.unobserved().snapshot()))
        _check_sentences(rule, registry, first)


def _check_description(rule: Rule, registry: Registry) -> None:
    if not _CODE.fullmatch(rule.id):
        raise _broken(rule, f"'{rule.id}' is no permanent code such as NOI-CN-01")
    if not isinstance(rule.kind, Kind):
        raise _broken(rule, "its kind is none of progress, cost, quality and green")
    if len((type(rule).__doc__ or "").split()) < 20:
        raise _broken(
            rule, "its class has no manual page: why, a failing and a passing site case, the clause"
        )
    for language in LANGUAGES:
        for part in ("title", "why"):
            if f"rule.{rule.id}.{part}" not in registry.catalogue.keys(language):
                raise _broken(rule, f"it has no {part} in {language}")


def _check_empty_site(rule: Rule, registry: Registry) -> None:
    empty = Snapshot(as_of=datetime(2026, 6, 1, tzinfo=UTC), zone=ZoneInfo("Asia/Shanghai"))
    strangers = (Subject(), Subject(task="no such task"), Subject(device="no such device"))
    for subject in (*rule.subjects(empty), *strangers):
        verdicts = ask(rule, subject, {}, empty, registry.limits(rule.id))
        _refuse_pass(rule, f"an empty site, {subject.key}", verdicts)
        broken = [verdict for verdict in verdicts if verdict.reason == "rule_failed"]
        if broken:
            raise _broken(rule, f"it breaks down on an empty site, {subject.key}: {dict(broken[0].params)}")


def _refuse_pass(rule: Rule, where: str, verdicts: Sequence[Verdict]) -> None:
    if any(verdict.outcome is Outcome.PASS for verdict in verdicts):
        raise _broken(rule, f"it passes where nothing was observed ({where})")


def _check_sentences(rule: Rule, registry: Registry, verdicts: Iterable[Verdict]) -> None:
    for verdict in verdicts:
        for language in LANGUAGES:
            key = f"reason.{verdict.reason}"
            if key not in registry.catalogue.keys(language):
                raise _broken(rule, f"the catalogue has no '{key}' in {language}")
            sentence = registry.catalogue.text(key, language, **verdict.params)
            if re.search(r"\{\w+\}", sentence):
                raise _broken(rule, f"'{key}' in {language} names a value that the verdict does not give")


def _same(rule: Rule, case: Case, how: str, first: Sequence[Verdict], second: Sequence[Verdict]) -> None:
    if sorted(verdict.digest for verdict in first) != sorted(verdict.digest for verdict in second):
        raise _broken(rule, f"its verdicts differ: {how} ({case})")


def _broken(rule: Rule, problem: str) -> CaseMismatchError:
    return CaseMismatchError(f"rule {getattr(rule, 'id', rule)!s}: {problem}")
