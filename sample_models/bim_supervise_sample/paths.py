"""Where the files of the sample are, in a checkout and in an installed package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def _file(name: str) -> Path:
    # The package is installed as plain files (hatchling wheels are unpacked), so that a path is enough.
    return Path(str(files("bim_supervise_sample").joinpath(name)))


def model_path() -> Path:
    """The IFC4 model with its plan and bill."""
    return _file("pump_station.ifc")


def devices_path() -> Path:
    """The register of instruments."""
    return _file("devices.yaml")


def checkpoints_path() -> Path:
    """The checkpoint plan."""
    return _file("checkpoints.yaml")


def rules_path() -> Path:
    """The rule settings: profiles, parameters and limits of the design."""
    return _file("rules.yaml")


def people_path() -> Path:
    """The people and their appointments."""
    return _file("people.yaml")


def history_path() -> Path:
    """What was stated before the first simulated day, as JSON lines."""
    return _file("history.jsonl")
