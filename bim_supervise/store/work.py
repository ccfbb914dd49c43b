"""One unit of work: everything a transaction can do, put together from its subjects."""

from __future__ import annotations

from bim_supervise.store.work_cases import WorkCases
from bim_supervise.store.work_conflicts import WorkConflicts
from bim_supervise.store.work_doors import WorkDoors
from bim_supervise.store.work_exchange import WorkExchange
from bim_supervise.store.work_facts import WorkFacts
from bim_supervise.store.work_files import WorkFiles
from bim_supervise.store.work_identities import WorkIdentities
from bim_supervise.store.work_judgement import WorkJudgement
from bim_supervise.store.work_ledger import WorkLedger
from bim_supervise.store.work_minutes import WorkMinutes
from bim_supervise.store.work_model import WorkModel
from bim_supervise.store.work_notices import WorkNotices
from bim_supervise.store.work_people import WorkPeople
from bim_supervise.store.work_periods import WorkPeriods
from bim_supervise.store.work_project import WorkProject
from bim_supervise.store.work_schedule import WorkSchedule
from bim_supervise.store.work_signing import WorkSigning
from bim_supervise.store.work_site import WorkSite
from bim_supervise.store.work_succession import WorkSuccession


class Work(
    WorkProject,
    WorkModel,
    WorkSuccession,
    WorkSchedule,
    WorkSite,
    WorkFacts,
    WorkMinutes,
    WorkConflicts,
    WorkJudgement,
    WorkPeriods,
    WorkNotices,
    WorkPeople,
    WorkLedger,
    WorkSigning,
    WorkIdentities,
    WorkExchange,
    WorkFiles,
    WorkCases,
    WorkDoors,
):
    """What can be done inside one transaction of a ``Store``; of no use once it has ended."""
