"""All tables of a project in one place, for migrations and for the check that both agree."""

from __future__ import annotations

from bim_supervise.store import (
    tables_cases,
    tables_doors,
    tables_evidence,
    tables_exchange,
    tables_identities,
    tables_judgement,
    tables_ledger,
    tables_model,
    tables_people,
    tables_project,
    tables_schedule,
    tables_signing,
    tables_site,
)
from bim_supervise.store.tables_base import Base

METADATA = Base.metadata
"""What the migrations must arrive at."""

MODULES = (
    tables_project,
    tables_model,
    tables_schedule,
    tables_site,
    tables_evidence,
    tables_judgement,
    tables_people,
    tables_ledger,
    tables_cases,
    tables_doors,
    tables_signing,
    tables_exchange,
    tables_identities,
)
