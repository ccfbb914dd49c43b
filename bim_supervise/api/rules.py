"""A project's rule settings: profiles, parameters, and limits of its design or contract."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import yaml

from bim_supervise.api.base import PLAN, RULES, RULES_REVISION, existing_file
from bim_supervise.api.people import People
from bim_supervise.checkpoints.site_rules import SiteRules, read_site_rules
from bim_supervise.core.errors import PermissionRefused
from bim_supervise.ledger.capacities import Capacity


class RuleSettings(People):
    """Loading and showing them."""

    def load_rules(self, path: str | Path, user: str | None = None) -> dict[str, Any]:
        """Replace the project's rule settings by those of a YAML file; all of it or nothing.

        ``user`` is who loads it; a file that loosens a limit needs one, with a checked password.

        Raises:
            NotFound: ``file_missing``.
            InputRefused: ``site_rules_invalid`` or ``limit_loosened``.
            PermissionRefused: ``loosening_not_signed`` when a row loosens a limit and is
                not signed by the person who loads it, as chief supervision engineer.
        """
        file = existing_file(path)
        site = read_site_rules(file, self.registry.rules, self.registry.shipped)
        with self._write(PLAN) as work:
            held = {item.capacity for item in self._appointments(work, user)} if user else set()
            self._refuse_unsigned(site, user, held)
            tree = json.loads(json.dumps(yaml.safe_load(file.read_text("utf-8")) or {}, default=str))
            work.set_setting(RULES, {"tree": tree, "by": user, "at": self.now().isoformat()})
            work.set_setting(RULES_REVISION, int(work.setting(RULES_REVISION, 0)) + 1)
        with self._store.reading() as work:
            self._renew_registry(work)
        return self.rules()

    def rules(self) -> dict[str, Any]:
        """The rule settings in force: profiles, parameters, limits and who set them when."""
        with self._store.reading() as work:
            self._renew_registry(work)
            stored = work.setting(RULES) or {}
        site = self.registry.site
        return {
            "profiles": list(site.profiles),
            "parameters": {name: dict(values) for name, values in site.parameters.items()},
            "limits": [dataclasses.asdict(limit) for limit in site.limits],
            "loosened": len(site.loosened),
            "set_by": stored.get("by"),
            "set_at": stored.get("at"),
        }

    def _refuse_unsigned(self, site: SiteRules, user: str | None, held: set[Capacity]) -> None:
        for limit in site.loosened:
            if limit.override_by != user or Capacity.CHIEF_SUPERVISION_ENGINEER not in held:
                raise PermissionRefused(
                    "loosening_not_signed",
                    f"{limit.rule_id} is loosened in the name of {limit.override_by}; "
                    f"{user or 'nobody'} cannot sign it.",
                    "Let the chief supervision engineer who is named in the row load the file.",
                    rule=limit.rule_id,
                    by=limit.override_by,
                    user=user or "-",
                )
