"""Checking the project's models against an IDS, and what fails as BCF topics."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bim_supervise.api.base import ProjectBase, existing_file
from bim_supervise.api.model_files import kept_model_file
from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.model.read_ids import SUPERVISION_IDS, Specification, check_in_child, worst
from bim_supervise.report.write_bcf import Topic, write_bcf

MOST_ELEMENTS = 500
"""How many elements one BCF topic selects; its text says how many there are."""


class ModelCheck(ProjectBase):
    """What is asked of the models that are handed in."""

    def check_models(
        self,
        ids: str | Path | None = None,
        *,
        bcf: str | Path | None = None,
        on_progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Hold the current models of all disciplines against an IDS.

        Args:
            ids: the IDS; without it our own, of what supervision needs.
            bcf: where to write what fails, one BCF topic for each failed specification.
            on_progress: called with the stage and the share 0..1 done of one model.

        Returns:
            ``ids models[] specifications[{name description status passed failed failures[]}] bcf``, where
            ``status`` is ``pass``, ``fail`` or ``not_applicable``.

        Raises:
            NotFound: ``model_missing`` or ``model_file_missing``.
            InputRefused: ``extra_missing``, ``ids_invalid`` or ``file_not_writable``.
        """
        file = SUPERVISION_IDS if ids is None else existing_file(ids)
        with self._store.reading() as work:
            current = set(work.current_models().values())
            models = [model for model in work.models() if model.id in current]
        if not models:
            raise NotFound(
                "model_missing",
                "The project has no model yet.",
                "Load one first: bim-supervise model load FILE.",
            )
        checked: list[list[Specification]] = []
        for model in models:
            with tempfile.TemporaryDirectory(prefix="bim-supervise-") as folder:
                found: list[Specification] = run_limited(
                    check_in_child,
                    str(file.absolute()),
                    str(kept_model_file(self.settings, model).absolute()),
                    folder,
                    on_progress=on_progress,
                )
            checked.append(found)
        together = [_together(items) for items in zip(*checked, strict=True)]
        if bcf is not None:
            self._write_topics(Path(bcf).expanduser(), file.stem, together)
        return {
            "ids": file.name,
            "models": [model.file_name for model in models],
            "specifications": together,
            "bcf": None if bcf is None else str(bcf),
        }

    def _write_topics(self, target: Path, ids_name: str, specifications: Sequence[dict[str, Any]]) -> None:
        now = self.now()
        with self._store.reading() as work:
            project = work.project()
        topics = []
        for item in specifications:
            if item["status"] != "fail":
                continue
            elements = list(dict.fromkeys(failure["global_id"] for failure in item["failures"]))
            reasons = dict.fromkeys(failure["reason"] for failure in item["failures"])
            topics.append(
                Topic(
                    key=f"ids:{ids_name}:{item['name']}",
                    title=f"IDS: {item['name']}",
                    type="IDS",
                    status="Open",
                    author="bim-supervise",
                    created=now,
                    description="\n".join(
                        [
                            item["description"],
                            f"{item['failed']} of {item['failed'] + item['passed']}",
                            *reasons,
                        ]
                    ).strip(),
                    elements=[key for key in elements if not key.startswith("#")][:MOST_ELEMENTS],
                )
            )
        try:
            target.write_bytes(write_bcf(topics, project=project.id, project_name=project.name))
        except OSError as error:
            raise InputRefused(
                "file_not_writable",
                f"{target} cannot be written: {error.strerror}.",
                "Choose another folder.",
                path=str(target),
                problem=error.strerror,
            ) from error


def _together(items: Sequence[Specification]) -> dict[str, Any]:
    return {
        "name": items[0].name,
        "description": items[0].description,
        "status": worst(items),
        "passed": sum(item.passed for item in items),
        "failed": sum(item.failed for item in items),
        "failures": [
            {
                "global_id": failure.global_id,
                "class": failure.ifc_class,
                "name": failure.name,
                "requirement": failure.requirement,
                "reason": failure.reason,
            }
            for item in items
            for failure in item.failures
        ],
    }
