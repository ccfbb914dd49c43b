"""Which task could make which element, by what their names, classes and materials say: suggestions, no links.

Every suggestion carries its reasons and a confidence, and nothing is linked unasked. What fits two tasks
equally well is offered with both and is never given to the first.
"""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bim_supervise.model.elements import Element, Storey
from bim_supervise.schedule.tasks import Calculation, Schedule, Task, TaskKind
from bim_supervise.tracking.lexicon import Lexicon, Role, plain
from bim_supervise.tracking.plan import planned_dates

WEIGHTS = {"object": 0.4, "material": 0.35, "work": 0.35, "place": 0.1, "label": 0.2}
"""What a kind of agreement adds to a confidence; platform defaults, measured on a real link table."""
MOST_CONFIDENT = 0.95
"""A suggestion is never certain."""
LEAST_CONFIDENCE = 0.5
"""Suggestions below it are left out unless asked for."""
UNMET = 0.1
"""What a thing that the task names and the element does not say takes from a confidence."""
_BASE = 0.15


class Reason(NamedTuple):
    """Why: the kind of agreement, the word of the task, and the word of the element."""

    kind: str
    task_word: str
    element_word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An element and the tasks that could make it.

    ``tasks`` holds more than one id where nothing tells them apart (the same work on other storeys).
    ``confidence`` is 0..1.
    """

    element_id: str
    tasks: tuple[str, ...]
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Speech:
    """What a name speaks of: concepts by role with the word that says so, labels such as B2, storey words."""

    objects: Mapping[str, str]
    materials: Mapping[str, str]
    works: Mapping[str, str]
    places: Mapping[str, str]
    labels: frozenset[str]


def suggest(
    elements: Sequence[Element],
    schedule: Schedule,
    lexicon: Lexicon,
    *,
    storeys: Sequence[Storey] = (),
    calculation: Calculation | None = None,
    least: float = LEAST_CONFIDENCE,
) -> tuple[Suggestion, ...]:
    """Suggest tasks for elements.

    Args:
        elements: the elements to find tasks for.
        schedule: the plan; summaries and milestones are never suggested.
        lexicon: the words.
        storeys: storeys of the model, by which the same work on several storeys is told apart.
        calculation: early dates for plans that store none; the order of equal tasks in time.
        least: suggestions below this confidence are left out.

    Returns:
        Suggestions in the order of the elements, the most confident of an element first.
    """
    names: dict[str, list[Task]] = defaultdict(list)
    parents = {task.id: task for task in schedule.tasks}
    for task in schedule.tasks:
        if task.kind is TaskKind.TASK and task.duration_minutes != 0:
            names[plain(task.name)].append(task)
    speeches = {name: _of_task(tasks[0], parents, lexicon) for name, tasks in names.items()}
    alike: dict[tuple[object, ...], list[Element]] = defaultdict(list)
    for element in elements:
        alike[_signature(element)].append(element)
    levels = {storey.name: storey.elevation for storey in storeys if storey.elevation is not None}
    found: dict[str, list[Suggestion]] = {}
    for group in alike.values():
        matches = _matches(_of_element(group[0], lexicon), speeches, lexicon)
        for element in group:
            found[element.global_id] = [
                Suggestion(
                    element_id=element.global_id,
                    tasks=tuple(task.id for task in tasks),
                    confidence=match.confidence,
                    reasons=match.reasons,
                )
                for match in matches
                if match.confidence >= least
                for tasks in [_on_storey(names[match.name], element, levels, calculation)]
            ]
    return tuple(one for element in elements for one in found[element.global_id])


_NUMBERS = re.compile(r"\d+")
_LABEL = re.compile(
    r"(?<![^\W_])([a-z]{1,2}\d{1,2}(?![^\W_一-鿿])|[a-z](?=区|段|-)|(?<=zone )[a-z](?![^\W_]))"
)


def _signature(element: Element) -> tuple[object, ...]:
    # Elements that differ in a running number only speak of the same things, but for their labels.
    text = plain(" ".join(filter(None, (element.name, element.tag))))
    return (
        element.ifc_class,
        element.predefined_type,
        element.type_name,
        element.material,
        _NUMBERS.sub("#", text),
        _labels(text),
    )


def _labels(text: str) -> frozenset[str]:
    return frozenset(match.replace("-", "") for match in _LABEL.findall(text))


def _letters(label: str) -> int:
    return len(label.rstrip(string.digits))


def _speech(found: Mapping[str, str], lexicon: Lexicon, labels: frozenset[str]) -> _Speech:
    by_role: dict[Role, dict[str, str]] = {role: {} for role in Role}
    for concept, word in found.items():
        by_role[lexicon.concepts[concept].role].setdefault(concept, word)
    return _Speech(
        by_role[Role.OBJECT], by_role[Role.MATERIAL], by_role[Role.WORK], by_role[Role.PLACE], labels
    )


def _of_task(task: Task, by_id: Mapping[str, Task], lexicon: Lexicon) -> _Speech:
    labels = _labels(plain(task.name))
    own = _named(task.name, lexicon)
    speech = _speech(own, lexicon, labels)
    parent = by_id.get(task.parent or "")
    if speech.objects or speech.materials or parent is None:
        return speech
    # "Pour" under "Base slab" is the pour of the base slab.
    return _speech({**_named(parent.name, lexicon), **own}, lexicon, labels)


def _named(text: str, lexicon: Lexicon) -> dict[str, str]:
    """What a task asks for: "kanaalplaatvloer" is a hollow-core floor and not any floor."""
    parts: dict[int, dict[str, str]] = defaultdict(dict)
    for part, word, concepts in lexicon.words_in(text):
        parts[part] |= dict.fromkeys(concepts, word)
    found: dict[str, str] = {}
    for own in parts.values():
        general = frozenset[str]().union(*(lexicon.with_implied([one]) - {one} for one in own))
        # A word that is a work ("masonry") says what is done; what that is done on, the work knows.
        works = {word for one, word in own.items() if lexicon.concepts[one].role is Role.WORK}
        for concept, word in own.items():
            if concept not in general and (lexicon.concepts[concept].role is Role.WORK or word not in works):
                found.setdefault(concept, word)
    return found


def concepts_of(element: Element, lexicon: Lexicon) -> dict[str, str]:
    """What an element is, is made of and where it is, each concept with the word that says so.

    Objects come from class, type and name, materials also from the material, places also from the storey.
    """
    name = " | ".join(filter(None, (element.name, element.type_name)))
    found = {**lexicon.of_class(element.ifc_class, element.predefined_type), **lexicon.in_text(name)}
    for text, role in ((element.material, Role.MATERIAL), (element.storey, Role.PLACE)):
        for concept, word in lexicon.in_text(text or "").items():
            if any(lexicon.concepts[one].role is role for one in lexicon.with_implied([concept])):
                found.setdefault(concept, word)
    whole = {one: word for concept, word in found.items() for one in lexicon.with_implied([concept])}
    return {**whole, **found}


def _of_element(element: Element, lexicon: Lexicon) -> _Speech:
    labels = _labels(plain(" ".join(filter(None, (element.name, element.tag)))))
    return _speech(concepts_of(element, lexicon), lexicon, labels)


class _Match(NamedTuple):
    name: str
    confidence: float
    reasons: tuple[Reason, ...]
    unmet: int
    family: frozenset[str]


def _matches(element: _Speech, tasks: Mapping[str, _Speech], lexicon: Lexicon) -> list[_Match]:
    """The tasks that could make the element; of tasks that do the same, those that fit it best."""
    best: dict[frozenset[str], list[_Match]] = defaultdict(list)
    for name, task in tasks.items():
        agreed = _agreement(task, element, lexicon)
        if agreed is None:
            continue
        reasons, unmet = agreed
        weight = _BASE + sum(WEIGHTS[kind] for kind in {reason.kind for reason in reasons}) - UNMET * unmet
        family = frozenset(task.works) or frozenset(r.element_word for r in reasons[:1])
        best[family].append(_Match(name, round(min(MOST_CONFIDENT, weight), 2), reasons, unmet, family))
    kept: list[_Match] = []
    apart = {one for one in element.places if lexicon.concepts[one].apart}
    if any(apart & tasks[match.name].places.keys() for matches in best.values() for match in matches):
        best = {
            family: [match for match in matches if apart & tasks[match.name].places.keys()]
            for family, matches in best.items()
        }
    for matches in filter(None, best.values()):
        top = min((match.unmet, -len(match.reasons)) for match in matches)
        kept.extend(match for match in matches if (match.unmet, -len(match.reasons)) == top)
    return sorted(kept, key=lambda match: -match.confidence)


def _agreement(task: _Speech, element: _Speech, lexicon: Lexicon) -> tuple[tuple[Reason, ...], int] | None:
    """Why the task could make the element, and how much of what it names the element does not say.

    None when it could not. What an element does not say is no contradiction, but what it says otherwise is.
    """
    works = [lexicon.concepts[work] for work in task.works]
    if any(work.makes_nothing for work in works):
        return None
    reasons: list[Reason] = []
    unmet = 0
    done = {**element.objects, **element.materials}
    for work in works:
        if any(one in done for one in work.not_on):
            return None
        fits = next((one for one in work.on if one in done), None)
        if fits:
            reasons.append(Reason("work", task.works[work.id], done[fits]))
    if not reasons and any(work.on for work in works) and not (task.objects or task.materials):
        return None
    worked = bool(reasons)
    if task.objects:
        shared = max(
            task.objects.keys() & element.objects.keys(),
            key=lambda one: (len(task.objects[one]), one),
            default=None,
        )
        if shared:
            reasons.append(Reason("object", task.objects[shared], element.objects[shared]))
        elif element.objects:
            return None
        else:
            unmet += 1
    if task.materials:
        agreed = task.materials.keys() & element.materials.keys()
        if agreed:
            one = min(agreed)
            reasons.append(Reason("material", task.materials[one], element.materials[one]))
        elif element.materials and not worked:
            return None
        else:
            unmet += 1
    same = min(task.places.keys() & element.places.keys(), default=None)
    if same:
        reasons.append(Reason("place", task.places[same], element.places[same]))
    elif task.places and element.places:
        return None
    elif task.places:
        unmet += 1
    for label in sorted(task.labels):
        alike = sorted(
            one
            for one in element.labels
            if len(one.rstrip(string.digits)) == len(label.rstrip(string.digits))
        )
        within = next((one for one in alike if one.startswith(label)), None)
        if within:
            reasons.append(Reason("label", label, within))
        elif alike:
            return None
        else:
            unmet += 1
    if not any(reason.kind in ("object", "material", "work") for reason in reasons):
        return None
    return tuple(reasons), unmet


def _on_storey(
    tasks: Sequence[Task],
    element: Element,
    levels: Mapping[str, float],
    calculation: Calculation | None,
) -> Sequence[Task]:
    """Of equal tasks the one of the element's storey, where as many tasks as storeys go up in time."""
    level = levels.get(element.storey or "")
    heights = sorted(set(levels.values()))
    starts = [planned_dates(task, calculation)[0] for task in tasks]
    if level is None or len(tasks) != len(heights) or len({s for s in starts if s}) != len(tasks):
        return tasks
    in_time = sorted(zip(starts, tasks, strict=True), key=lambda row: str(row[0]))
    return (in_time[heights.index(level)][1],)
