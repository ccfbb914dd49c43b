"""What a checkpoint of records asks about: its elements, else its task, else itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bim_supervise.checkpoints.contract import Evidence, Subject


def asked(subject: Subject, parameters: Mapping[str, Any], evidence: Evidence) -> list[str]:
    """The ids of what records must be there for, sorted.

    Raises:
        ValueError: the parameter ``elements`` is no list of GlobalIds.
    """
    named = parameters.get("elements")
    if named is not None:
        if not isinstance(named, list | tuple) or not all(isinstance(name, str) for name in named):
            raise ValueError(f"parameter 'elements' must be a list of GlobalIds, not {named!r}")
        return sorted(set(named))
    if subject.element is not None:
        return [subject.element]
    if subject.task is None:
        checkpoint = parameters.get("checkpoint")
        return [checkpoint] if isinstance(checkpoint, str) else []
    state = evidence.task(subject.task)
    elements = sorted({element.global_id for element in state.elements}) if state else []
    return elements or [subject.task]


def around(subject: Subject, parameters: Mapping[str, Any], evidence: Evidence) -> list[str]:
    """What may carry a record for the whole of it: its elements, its task and the checkpoint itself."""
    found = dict.fromkeys(asked(subject, parameters, evidence))
    if subject.task is not None:
        found[subject.task] = None
    checkpoint = parameters.get("checkpoint")
    if isinstance(checkpoint, str):
        found[checkpoint] = None
    return list(found)
