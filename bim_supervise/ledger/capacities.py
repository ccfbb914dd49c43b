"""In which capacity a person may act; a capacity is given by appointment, never self-declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Capacity(StrEnum):
    """The capacities of a supervised site."""

    SUPERVISION_ASSISTANT = "supervision_assistant"
    SPECIALIST_SUPERVISION_ENGINEER = "specialist_supervision_engineer"
    CHIEF_SUPERVISION_ENGINEER = "chief_supervision_engineer"
    QUALITY_INSPECTOR = "quality_inspector"
    CONTRACTOR_PROJECT_MANAGER = "contractor_project_manager"
    OWNER_PROJECT_MANAGER = "owner_project_manager"
    BIM_COORDINATOR = "bim_coordinator"
    OBSERVER = "observer"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """Who holds which capacity from when to when (任命); dates are site days, both inclusive."""

    id: int
    user: str
    capacity: Capacity
    first_day: date
    last_day: date | None = None
    certificate: str | None = None
    delegated_by: str | None = None
    """Who handed the capacity on for these days; None for an appointment of one's own."""
    delegation: int | None = None
    """The ledger entry that handed it on."""

    def holds_on(self, day: date) -> bool:
        """Whether the appointment is in force on a site day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)
