"""Revisions of real models made mechanically, with the truth about every element."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import ifcopenshell
import ifcopenshell.guid
from small_models import read_here

from bim_supervise.model.compare import Comparison, compare
from bim_supervise.model.elements import ModelReading


@dataclass
class Revision:
    """What was done to a model: ``truth`` is earlier GlobalId to later one, None for what was deleted."""

    path: Path
    truth: dict[str, str | None]
    moved: set[str] = field(default_factory=set)
    swapped: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)


def revise(path: Path, reading: ModelReading, out: Path, seed: int, tags: str = "new") -> Revision:
    """GlobalIds new, tags new (or ``shuffled``, ``kept``), 10 % moved, 5 % deleted, 5 % added, 4 % swapped.

    The added ones are copies of others at another place. Elements that swap places with an identical
    neighbour and cannot be told from it by anything else are the same model as before: their truth is their
    place.
    """
    chance = random.Random(seed)
    model = ifcopenshell.open(path)
    unit = 1.0
    for found in model.by_type("IfcSIUnit"):
        if found.UnitType == "LENGTHUNIT":
            unit = 1000.0 if found.Prefix == "MILLI" else 1.0
    elements = {element.global_id: element for element in reading.elements}
    ids = [element.GlobalId for element in model.by_type("IfcElement") if element.GlobalId in elements]
    by_id = {global_id: model.by_guid(global_id) for global_id in ids}
    chance.shuffle(ids)
    placed = [
        i for i in ids if by_id[i].ObjectPlacement and by_id[i].ObjectPlacement.is_a("IfcLocalPlacement")
    ]
    tenth, twentieth = max(1, len(ids) // 10), max(1, len(ids) // 20)
    moved, deleted = placed[:tenth], set(placed[tenth : tenth + twentieth])
    copied = placed[tenth + twentieth : tenth + 2 * twentieth]
    swaps = _neighbours(reading, set(placed[tenth + 2 * twentieth :]), max(1, len(ids) // 50))
    new = {global_id: ifcopenshell.guid.new() for global_id in ids}
    truth = {i: None if i in deleted else new[i] for i in ids}
    for one, other in swaps:
        a, b = by_id[one], by_id[other]
        a.ObjectPlacement, b.ObjectPlacement = b.ObjectPlacement, a.ObjectPlacement
        same_tag = tags != "kept" or elements[one].tag == elements[other].tag
        if same_tag and elements[one].name == elements[other].name:
            truth[one], truth[other] = new[other], new[one]
    for global_id in moved:
        _move(model, by_id[global_id], chance, unit)
    added = set()
    for global_id in copied:
        values = by_id[global_id].get_info(include_identifier=False)
        values.pop("type")
        values["GlobalId"] = ifcopenshell.guid.new()
        twin = model.create_entity(by_id[global_id].is_a(), **values)
        if hasattr(twin, "Tag"):
            twin.Tag = f"N{len(added)}"
        _move(model, twin, chance, unit)
        added.add(twin.GlobalId)
    old = [by_id[i].Tag for i in ids]
    for place, global_id in enumerate(ids):
        by_id[global_id].GlobalId = new[global_id]
        if tags == "new":
            by_id[global_id].Tag = f"R{place}"
        elif tags == "shuffled":
            by_id[global_id].Tag = old[place - 1]
    for global_id in deleted:
        model.remove(by_id[global_id])
    model.write(str(out))
    return Revision(out, truth, set(moved), {i for pair in swaps for i in pair}, added)


def _neighbours(reading: ModelReading, free: set[str], most: int) -> list[tuple[str, str]]:
    """Pairs of identical elements at different places, next to each other in the file."""
    groups = defaultdict(list)
    for element in reading.elements:
        if element.global_id in free:
            groups[element.ifc_class, reading.fingerprints[element.global_id].shape_hash].append(element)
    pairs = []
    for group in groups.values():
        for one, other in zip(group[::2], group[1::2], strict=False):
            if one.content_hash != other.content_hash:
                pairs.append((one.global_id, other.global_id))
    return pairs[:: max(1, len(pairs) // most)][:most]


def _move(model, element, chance: random.Random, unit: float) -> None:
    old = element.ObjectPlacement
    shift = [chance.choice((-1, 1)) * chance.uniform(0.3, 4.0) * unit for _ in range(3)]
    relative = old.RelativePlacement
    start = [*relative.Location.Coordinates, 0.0][:3]
    point = model.create_entity("IfcCartesianPoint", [a + b for a, b in zip(start, shift, strict=True)])
    axis = model.create_entity(
        "IfcAxis2Placement3D", point, getattr(relative, "Axis", None), relative.RefDirection
    )
    element.ObjectPlacement = model.create_entity("IfcLocalPlacement", old.PlacementRelTo, axis)


@dataclass
class Score:
    """Per class: survivors, those matched rightly, those listed as uncertain; and every wrong match."""

    survivors: Counter = field(default_factory=Counter)
    right: Counter = field(default_factory=Counter)
    uncertain: Counter = field(default_factory=Counter)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def share(self) -> float:
        return self.right.total() / self.survivors.total()


def score(reading: ModelReading, revision: Revision, found: Comparison) -> Score:
    result = Score()
    successors = found.successors()
    unsure = {entry.before: entry.candidates for entry in found.uncertain}
    for element in reading.elements:
        global_id, name = element.global_id, element.ifc_class
        if global_id not in revision.truth:
            continue
        expected = revision.truth[global_id]
        result.survivors[name] += expected is not None
        if global_id in successors:
            if successors[global_id] == expected:
                result.right[name] += 1
            else:
                result.wrong.append((name, global_id, successors[global_id]))
        elif expected is not None and global_id in unsure:
            result.uncertain[name] += 1
    return result


def revised_and_compared(path: Path, folder: Path, seed: int, tags: str = "new"):
    reading = read_here(path, folder)
    revision = revise(path, reading, folder / "revision.ifc", seed, tags)
    later = read_here(revision.path, folder)
    found = compare(
        reading.elements,
        later.elements,
        before_prints=reading.fingerprints,
        after_prints=later.fingerprints,
    )
    return reading, later, revision, found, score(reading, revision, found)
