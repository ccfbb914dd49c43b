"""MCH-01: emission stage of diesel machines."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Evidence, Limit, Outcome, Subject, Verdict
from bim_supervise.checkpoints.recorded import RecordedRule
from bim_supervise.packs.lifting.kinds import EMISSION_STAGE
from bim_supervise.tracking.state import Fact


class EmissionStage(RecordedRule):
    """The emission stage in the papers of a diesel machine when it comes to site.

    **Why**: a machine of an old stage blows out the particulate of several of a new one.

    **Fails**: stage III of a machine made in 2023.

    **Passes**: stage IV of a machine made in 2023.

    **Undetermined**: no stage was recorded, the record does not say when the machine was made (``made``, a
    date), or it was made before the stage was asked for: then limits of smoke hold, to be measured.

    **Clause**: HJ 1014-2020, stage IV for what is made from 2022-12-01; Beijing from 2021-12-01.
    """

    id: ClassVar[str] = "MCH-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Emission stage of diesel machines",
        "zh": "柴油机械排放阶段",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "An old engine blows out what several new ones do.",
        "zh": "一台老旧柴油机的排放抵得上多台新机。",
    }
    reasons: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "made_unknown": {
            "en": "{record}: it does not say when the machine was made",
            "zh": "{record}：未说明机械的生产日期",
        },
        "machine_made_before": {
            "en": "Made on {made}, before the stage was asked for: limits of smoke hold, to be measured",
            "zh": "生产于 {made}，早于该阶段实施日期：适用烟度限值，须另行检测",
        },
    }
    records: ClassVar[Mapping[str, str]] = {"stage": EMISSION_STAGE.key}

    def asked_at(self, fact: Fact | None, evidence: Evidence) -> datetime:
        """The day the machine was made, by site time."""
        made = _made(fact)
        return evidence.as_of if made is None else _noon(made, evidence.zone)

    def measure(
        self, fact: Fact, limit: Limit, parameters: Mapping[str, Any]
    ) -> tuple[float | None, str | None]:
        """The stage; without the day it was made it tells nothing."""
        return (None, "made_unknown") if _made(fact) is None else super().measure(fact, limit, parameters)

    def evaluate(
        self,
        subject: Subject,
        parameters: Mapping[str, Any],
        evidence: Evidence,
        limits: Sequence[Limit],
        since: datetime | None = None,
    ) -> Iterable[Verdict]:
        """As for every record; what was made before any edition is said to be so."""
        verdicts = list(super().evaluate(subject, parameters, evidence, limits, since))
        fact = self.latest(EMISSION_STAGE.key, subject, parameters, evidence)
        if verdicts or fact is None or not limits:
            return verdicts
        return [
            Verdict(
                rule=self.id,
                outcome=Outcome.UNDETERMINED,
                reason="machine_made_before",
                subject=subject,
                params={"made": str(_made(fact))},
                since=fact.event_time,
                evidence=(f"fact:{fact.id}",),
                evidence_values=(fact.event_time.isoformat(), fact.value, str(_made(fact))),
                severity=self.severity,
            )
        ]


def _made(fact: Fact | None) -> date | None:
    try:
        return date.fromisoformat(str(fact.payload.get("made"))) if fact is not None else None
    except ValueError:
        return None


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), zone)
