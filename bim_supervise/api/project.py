"""The open project: every use case of the software, in one object that faces talk to."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

from bim_supervise.api.appointments import Appointments
from bim_supervise.api.drafting import Drafting
from bim_supervise.api.evidence import EvidenceViews
from bim_supervise.api.green import GreenFigures
from bim_supervise.api.head_notices import HeadDesk
from bim_supervise.api.identities import Identities
from bim_supervise.api.ifc_out import IfcOut
from bim_supervise.api.itp import InspectionPlan
from bim_supervise.api.labels import Labels
from bim_supervise.api.lot_records import LotRecords
from bim_supervise.api.model_check import ModelCheck
from bim_supervise.api.personal_data import PersonalData
from bim_supervise.api.plan import Plan
from bim_supervise.api.plans import Plans
from bim_supervise.api.reports import Reports
from bim_supervise.api.revisions import Revisions
from bim_supervise.api.rules import RuleSettings
from bim_supervise.api.storey_plans import StoreyPlans
from bim_supervise.api.viewer import ViewerDocuments
from bim_supervise.checkpoints.registry import Registry, load_packs
from bim_supervise.config import find_settings
from bim_supervise.core.clock import Clock, site_zone, system_clock
from bim_supervise.core.errors import InputRefused
from bim_supervise.store.records import ProjectRecord
from bim_supervise.store.store import Store


class Project(
    HeadDesk,
    Plan,
    Plans,
    Drafting,
    Appointments,
    InspectionPlan,
    LotRecords,
    Revisions,
    ModelCheck,
    IfcOut,
    PersonalData,
    Identities,
    EvidenceViews,
    GreenFigures,
    Reports,
    RuleSettings,
    StoreyPlans,
    Labels,
    ViewerDocuments,
):
    """A project: plan in, evidence in, judgement and signatures out."""

    @classmethod
    def create(
        cls,
        directory: str | Path,
        name: str,
        *,
        timezone: str = "Asia/Shanghai",
        currency: str = "CNY",
        replay: bool = False,
        database_url: str | None = None,
        clock: Clock = system_clock,
    ) -> Project:
        """Create a project in a directory (made if absent).

        Raises:
            InputRefused: ``project_exists``, ``project_name_missing``, ``currency_unknown`` or
                ``timezone_unknown``.
            StoreFailed: the database cannot be created.
        """
        if not name.strip():
            raise InputRefused("project_name_missing", "The project needs a name.", "Pass --name.")
        if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
            raise InputRefused(
                "currency_unknown",
                f"'{currency}' is no currency code.",
                "Use an ISO 4217 code such as CNY or EUR.",
                currency=currency,
            )
        site_zone(timezone)
        settings = find_settings(directory, database_url)
        settings.directory.mkdir(parents=True, exist_ok=True)
        store = Store.open(settings.database_url, create=True, attachments=settings.attachments)
        with store.transaction() as work:
            taken = work.has_project()
            if not taken:
                work.save_project(
                    ProjectRecord(name=name.strip(), timezone=timezone, currency=currency, replay=replay)
                )
        if taken:
            store.close()
            raise InputRefused(
                "project_exists",
                f"There is already a project in {settings.directory}.",
                "Choose another directory, or use the project that is there.",
                directory=str(settings.directory),
            )
        return cls(settings, store, load_packs(), clock)

    @classmethod
    def open(
        cls,
        directory: str | Path | None = None,
        *,
        database_url: str | None = None,
        clock: Clock = system_clock,
    ) -> Project:
        """Open an existing project; its database is brought to the newest version first.

        Raises:
            StoreFailed: ``store_missing`` when there is none, ``store_newer`` ...
        """
        settings = find_settings(directory, database_url)
        store = Store.open(settings.database_url, attachments=settings.attachments)
        return cls(settings, store, load_packs(), clock)

    def packs(self) -> list[dict[str, Any]]:
        """Installed packs with rules and limits; broken ones are named with their error."""
        return describe_packs(self.registry)


@functools.cache
def shared_project() -> Project:
    """The project that this process serves, opened once; named by the environment."""
    return Project.open()


def describe_packs(registry: Registry) -> list[dict[str, Any]]:
    """Packs, rules and limits as plain rows; a broken pack is a row with its error."""
    working = [
        {
            "name": pack.name,
            "version": pack.version,
            "title": dict(pack.title),
            "rules": [
                {
                    "id": rule.id,
                    "kind": rule.kind.value,
                    "title": dict(rule.title),
                    "limits": [
                        dataclasses.asdict(limit)
                        for limit in (
                            *registry.shipped(rule.id),
                            *(row for row in registry.site.limits if row.rule_id == rule.id),
                        )
                    ],
                }
                for rule in pack.rules
            ],
        }
        for pack in registry.packs
    ]
    return [*working, *({"name": item.name, "error": item.error} for item in registry.broken)]


def installed_packs() -> list[dict[str, Any]]:
    """Installed packs; needs no project."""
    return describe_packs(load_packs())
