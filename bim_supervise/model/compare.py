"""Two revisions of a model held against each other: what stayed, moved, changed, came, went, was renamed.

An element is known again by its GlobalId. Where the GlobalId is gone, the same thing is looked for under a
new one (*rekeyed*), and only what is sure is matched. Five kinds of evidence point from an element to its
successor, each only where exactly one element on either side answers to it:

- *tag*: same class and tag, and the shape, the placement or the name agrees as well;
- *content*: same content hash, that is the same thing at the same place;
- *name*: same class and name, and the same shape, or the same place of its own, or, where names mostly
  persist, the same property values;
- *properties*: same class, shape and property values, among which a mark, a host or an elevation often tells
  identical shapes apart;
- *shape*: the only element of its class and shape in either revision, at another place.

What has parts, often without a shape of its own, is further known by them (*parts*): all parts that are known
again belong to one and the same successor, which has no known part of anything else; and they are two at
least, or one that is the only one of its shape: one of many alike may have changed places with another.

Evidence that points to different elements is a contradiction: then nothing is matched and all of them are
*uncertain*. So two identical neighbours that changed places are matched only if nothing tells them apart, and
then nothing has changed. Tags, names and properties are first tested on the elements known otherwise: those
that mostly contradict were given out anew and count for nothing; where tags, names or GlobalIds mostly
persist, an element without its old ones is rather a new thing, and its shape does not prove otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bim_supervise.model.elements import Element, Fingerprint

GLOBAL_ID, TAG, CONTENT, NAME, SHAPE, PARTS = "global_id", "tag", "content", "name", "shape", "parts"
PROPERTIES = "properties"
_STRENGTH = {CONTENT: 0, TAG: 1, NAME: 2, PROPERTIES: 3, SHAPE: 4}
_LABELS = (TAG, NAME, PROPERTIES)
_CONTESTED = "contested"
"""The same thing at the same place under a name that moved: enough to contradict, never to match."""
_DISCREDITED = 0.5
_RELIABLE = 0.1
_PERSISTS = 0.9
_ID_PERSISTS = 0.5
_SHARED_PLACE = 4
_SORTED_CANDIDATES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An element and its successor.

    Attributes:
        before: GlobalId in the earlier revision.
        after: GlobalId in the later one.
        by: the strongest evidence: ``global_id tag content name properties shape parts``.
        changes: ``()``, or what differs: ``placement``, ``shape`` (everything of the content hash but the
            placement); ``content`` where a revision without fingerprints cannot tell which.
    """

    before: str
    after: str
    by: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """An element whose successor is not sure: the later elements it could be, the nearest first."""

    before: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every earlier element in exactly one of the lists, every later one matched, added or a candidate.

    Attributes:
        unchanged: same GlobalId, same content hash.
        moved: same GlobalId, only the placement differs.
        modified: same GlobalId, more than the placement differs.
        rekeyed: sure matches under another GlobalId; ``changes`` says whether they moved or changed too.
        removed: earlier GlobalIds without a successor.
        added: later GlobalIds without a predecessor.
        uncertain: earlier elements with candidates, for a person to decide.
    """

    unchanged: tuple[Match, ...]
    moved: tuple[Match, ...]
    modified: tuple[Match, ...]
    rekeyed: tuple[Match, ...]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    uncertain: tuple[Uncertain, ...]

    def successors(self) -> dict[str, str]:
        """Earlier GlobalId to later GlobalId of every sure match."""
        matches = (*self.unchanged, *self.moved, *self.modified, *self.rekeyed)
        return {match.before: match.after for match in matches}


def compare(
    before: Sequence[Element],
    after: Sequence[Element],
    *,
    before_prints: Mapping[str, Fingerprint] | None = None,
    after_prints: Mapping[str, Fingerprint] | None = None,
) -> Comparison:
    """Compare two revisions.

    Args:
        before: elements of the earlier revision, each ``global_id`` once.
        after: elements of the later revision.
        before_prints: fingerprints of the earlier elements (``ModelReading.fingerprints``). Without those of
            both revisions an element that is not equal counts as modified, and nothing that moved is found
            again under a new GlobalId except by its tag.
        after_prints: fingerprints of the later elements.

    Returns:
        The comparison; its lists follow the order of ``before`` (``added``: of ``after``).
    """
    left = _Side(before, before_prints or {})
    right = _Side(after, after_prints or {})
    matches = _by_global_id(left, right)
    evidence = _Evidence(left, right, matches)
    edges = evidence.edges()
    by: dict[int, str] = dict.fromkeys(matches, GLOBAL_ID)
    for i, j, kind in _sure(edges, evidence.alone):
        matches[i] = j
        by[i] = kind
    for i, j in _by_parts(left, right, matches, edges):
        matches[i] = j
        by[i] = PARTS
    return _result(left, right, matches, by, edges)


class _Side:
    """One revision: its elements by position and the keys they are looked up by."""

    def __init__(self, elements: Sequence[Element], prints: Mapping[str, Fingerprint]) -> None:
        self.elements = elements
        self.prints = [prints.get(element.global_id) for element in elements]
        self.position = {element.global_id: place for place, element in enumerate(elements)}

    def content(self, i: int) -> Hashable:
        return self.elements[i].content_hash or None

    def content_as_part(self, i: int) -> Hashable:
        """Some exporters write the same thing twice, once alone and once as a part of something."""
        known = self.prints[i]
        is_part = known is not None and known.part_of is not None
        return (self.elements[i].content_hash, is_part) if self.elements[i].content_hash else None

    def tag(self, i: int) -> Hashable:
        element = self.elements[i]
        return (element.ifc_class, element.tag) if element.tag else None

    def name(self, i: int) -> Hashable:
        element = self.elements[i]
        return (element.ifc_class, element.name) if element.name else None

    def shape(self, i: int) -> Hashable:
        known = self.prints[i]
        return None if known is None else (self.elements[i].ifc_class, known.shape_hash)

    def properties(self, i: int) -> Hashable:
        known = self.prints[i]
        if known is None or known.properties_hash is None:
            return None
        return (self.elements[i].ifc_class, known.shape_hash, known.properties_hash)

    def values(self, i: int) -> Hashable:
        known = self.prints[i]
        return None if known is None else known.properties_hash

    def place(self, i: int) -> Hashable:
        known = self.prints[i]
        return None if known is None else (self.elements[i].ifc_class, known.placement_hash)

    def whole(self, i: int) -> int | None:
        known = self.prints[i]
        return None if known is None or known.part_of is None else self.position.get(known.part_of)

    def likeness(self, i: int) -> Hashable:
        """What can be compared of a shape without fingerprints: enough for a candidate, not for a match."""
        element = self.elements[i]
        box = element.bounding_box
        if box is None:
            return None
        size = tuple(round((box[axis + 3] - box[axis]) * 1000) for axis in range(3))
        return (element.ifc_class, element.predefined_type, element.type_name, element.material, size)

    def centre(self, i: int) -> tuple[float, float, float] | None:
        box = self.elements[i].bounding_box
        return None if box is None else ((box[0] + box[3]) / 2, (box[1] + box[4]) / 2, (box[2] + box[5]) / 2)


def _key(side: _Side, kind: str, i: int) -> Hashable:
    key: Hashable = getattr(side, kind)(i)
    return key


def _groups(side: _Side, kind: str, places: Iterable[int]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for i in places:
        key = _key(side, kind, i)
        if key is not None:
            found.setdefault(key, []).append(i)
    return found


def _one_to_one(
    left: _Side, right: _Side, kind: str, lefts: Iterable[int], rights: Iterable[int]
) -> dict[int, int]:
    """Pairs of elements that answer to a key that nobody else on either side answers to."""
    others = _groups(right, kind, rights)
    return {
        places[0]: others[key][0]
        for key, places in _groups(left, kind, lefts).items()
        if len(places) == 1 and len(others.get(key, ())) == 1
    }


def _by_global_id(left: _Side, right: _Side) -> dict[int, int]:
    """Pairs under one GlobalId, except where a file used it twice or had none (marked by ``~``)."""
    doubled = {
        element.global_id.partition("~")[0]
        for side in (left, right)
        for element in side.elements
        if "~" in element.global_id
    }
    return {
        i: right.position[element.global_id]
        for i, element in enumerate(left.elements)
        if element.global_id in right.position
        and element.global_id
        and element.global_id.partition("~")[0] not in doubled
    }


class _Evidence:
    """What points from the elements without a known successor to elements without a known predecessor."""

    def __init__(self, left: _Side, right: _Side, known: Mapping[int, int]) -> None:
        self._left, self._right = left, right
        taken = set(known.values())
        self._lefts = [i for i in range(len(left.elements)) if i not in known]
        self._rights = [j for j in range(len(right.elements)) if j not in taken]
        self._whole = {
            kind: _one_to_one(left, right, kind, range(len(left.elements)), range(len(right.elements)))
            for kind in (*_LABELS, SHAPE, "place")
        }
        self._content = _one_to_one(left, right, "content_as_part", self._lefts, self._rights) | _one_to_one(
            left, right, CONTENT, self._lefts, self._rights
        )
        tested = {**self._content, **known}
        self._doubt = {kind: self._contradicted(kind, tested) for kind in _LABELS}
        self._persists = {kind: self._kept(kind, tested) >= _PERSISTS for kind in (TAG, NAME)}
        fewest = min(len(left.elements), len(right.elements))
        self._ids_persist = fewest > 0 and len(known) >= _ID_PERSISTS * fewest
        self.alone = frozenset(
            {CONTENT, SHAPE} | {kind for kind in _LABELS if self._doubt[kind] <= _RELIABLE}
        )
        """Kinds of evidence that are enough without another."""

    def edges(self) -> dict[tuple[int, int], set[str]]:
        """Pairs with the kinds of evidence that point from one to the other."""
        found: dict[tuple[int, int], set[str]] = {}
        names = [{_key(side, NAME, i) for i in places} for side, places in self._sides()]
        for i, j in self._content.items():
            contested = self._name_went_elsewhere(i, j, *names)
            found.setdefault((i, j), set()).add(_CONTESTED if contested else CONTENT)
        lefts, rights = set(self._lefts), set(self._rights)
        for kind, holds in (
            (TAG, self._tag_holds),
            (NAME, self._name_holds),
            (PROPERTIES, self._shape_holds),
            (SHAPE, self._shape_holds),
        ):
            if kind != SHAPE and self._doubt[kind] > _DISCREDITED:
                continue
            for i, j in self._whole[kind].items():
                if i in lefts and j in rights and holds(i, j):
                    found.setdefault((i, j), set()).add(kind)
        return found

    def _sides(self) -> tuple[tuple[_Side, list[int]], tuple[_Side, list[int]]]:
        return (self._left, self._lefts), (self._right, self._rights)

    def _name_went_elsewhere(
        self, i: int, j: int, lefts: Collection[Hashable], rights: Collection[Hashable]
    ) -> bool:
        """Whether names persist but those of this pair are both found with others: they may be swapped."""
        old, new = _key(self._left, NAME, i), _key(self._right, NAME, j)
        return self._persists[NAME] and old != new and old in rights and new in lefts

    def _contradicted(self, kind: str, tested: Mapping[int, int]) -> float:
        """Share of the known elements whose tag, name or properties point to another element."""
        reached = set(tested.values())
        checks = [
            tested.get(i) == found
            for i, found in self._whole[kind].items()
            if i in tested or found in reached
        ]
        return checks.count(False) / len(checks) if checks else 0.0

    def _kept(self, kind: str, tested: Mapping[int, int]) -> float:
        """Share of the known elements that kept their tag or name."""
        keys = [(_key(self._left, kind, i), _key(self._right, kind, j)) for i, j in tested.items()]
        checks = [a == b for a, b in keys if a is not None or b is not None]
        return checks.count(True) / len(checks) if checks else 0.0

    def _equal(self, kind: str, i: int, j: int) -> bool:
        key = _key(self._left, kind, i)
        return key is not None and key == _key(self._right, kind, j)

    def _tag_holds(self, i: int, j: int) -> bool:
        return any(self._equal(kind, i, j) for kind in (CONTENT, SHAPE, "place", NAME))

    def _name_holds(self, i: int, j: int) -> bool:
        if self._whole["place"].get(i) == j or self._equal(CONTENT, i, j):
            return True
        described = self._persists[NAME] and self._equal("values", i, j)
        return (described or self._equal(SHAPE, i, j)) and self._may_have_moved(i, j)

    def _shape_holds(self, i: int, j: int) -> bool:
        return self._equal(CONTENT, i, j) or self._may_have_moved(i, j)

    def _may_have_moved(self, i: int, j: int) -> bool:
        """Whether nothing that persists elsewhere says that the one at the other place is a new thing."""
        if self._ids_persist:
            return False
        left, right = self._left, self._right
        return all(
            not persists or _key(left, kind, i) == _key(right, kind, j)
            for kind, persists in self._persists.items()
        )


def _sure(edges: Mapping[tuple[int, int], set[str]], alone: frozenset[str]) -> Iterable[tuple[int, int, str]]:
    """Pairs that no evidence ties to anything else."""
    lefts: dict[int, int] = {}
    rights: dict[int, int] = {}
    for i, j in edges:
        lefts[i] = lefts.get(i, 0) + 1
        rights[j] = rights.get(j, 0) + 1
    for (i, j), kinds in edges.items():
        if lefts[i] == 1 and rights[j] == 1 and not kinds.isdisjoint(alone):
            yield i, j, min(kinds & alone, key=_STRENGTH.__getitem__)


def _by_parts(
    left: _Side, right: _Side, matches: Mapping[int, int], edges: Mapping[tuple[int, int], set[str]]
) -> list[tuple[int, int]]:
    """Wholes of the same class and shape that all their known parts agree on, from the smallest wholes up."""
    known = dict(matches)
    taken = set(known.values())
    found: list[tuple[int, int]] = []
    tied = {("left", i) for i, _ in edges} | {("right", j) for _, j in edges}
    single = _one_to_one(left, right, SHAPE, range(len(left.elements)), range(len(right.elements)))
    fresh = dict(known)
    while fresh:
        votes: dict[int, set[int | None]] = {}
        origins: dict[int, set[int | None]] = {}
        weight: dict[int, int] = {}
        for i, j in known.items():
            whole, other = left.whole(i), right.whole(j)
            if whole is not None:
                votes.setdefault(whole, set()).add(other)
                weight[whole] = weight.get(whole, 0) + (2 if single.get(i) == j else 1)
            if other is not None:
                origins.setdefault(other, set()).add(whole)
        fresh = {}
        for whole, answers in votes.items():
            if whole in known or len(answers) != 1 or weight[whole] < 2 or ("left", whole) in tied:
                continue
            (answer,) = answers
            if answer is None or answer in taken or ("right", answer) in tied or origins[answer] != {whole}:
                continue
            if left.shape(whole) == right.shape(answer):
                fresh[whole] = answer
                taken.add(answer)
        known |= fresh
        found += fresh.items()
    return found


def _result(
    left: _Side,
    right: _Side,
    matches: Mapping[int, int],
    by: Mapping[int, str],
    edges: Mapping[tuple[int, int], set[str]],
) -> Comparison:
    taken = set(matches.values())
    lefts = [i for i in range(len(left.elements)) if i not in matches]
    rights = [j for j in range(len(right.elements)) if j not in taken]
    candidates = _candidates(left, right, lefts, rights, edges)
    groups: dict[str, list[Match]] = {"unchanged": [], "moved": [], "modified": [], "rekeyed": []}
    for i in sorted(matches):
        match = _match(left, right, i, matches[i], by[i])
        if match.before != match.after:
            group = "rekeyed"
        elif not match.changes:
            group = "unchanged"
        else:
            group = "moved" if match.changes == ("placement",) else "modified"
        groups[group].append(match)
    possible = {j for found in candidates.values() for j in found}
    return Comparison(
        unchanged=tuple(groups["unchanged"]),
        moved=tuple(groups["moved"]),
        modified=tuple(groups["modified"]),
        rekeyed=tuple(groups["rekeyed"]),
        removed=tuple(left.elements[i].global_id for i in lefts if not candidates[i]),
        added=tuple(right.elements[j].global_id for j in rights if j not in possible),
        uncertain=tuple(
            Uncertain(
                before=left.elements[i].global_id,
                candidates=tuple(right.elements[j].global_id for j in candidates[i]),
            )
            for i in lefts
            if candidates[i]
        ),
    )


def _match(left: _Side, right: _Side, i: int, j: int, by: str) -> Match:
    old, new = left.elements[i], right.elements[j]
    changes: tuple[str, ...] = ()
    if old.content_hash != new.content_hash:
        a, b = left.prints[i], right.prints[j]
        if a is None or b is None:
            changes = ("content",)
        else:
            moved = ("placement",) if a.placement_hash != b.placement_hash else ()
            changes = moved + (("shape",) if a.shape_hash != b.shape_hash else ())
    return Match(before=old.global_id, after=new.global_id, by=by, changes=changes)


def _candidates(
    left: _Side,
    right: _Side,
    lefts: Sequence[int],
    rights: Sequence[int],
    edges: Mapping[tuple[int, int], set[str]],
) -> dict[int, list[int]]:
    """What each element without a successor could have become."""
    found: dict[int, dict[int, None]] = {i: {} for i in lefts}
    free = set(rights)
    for i, j in edges:
        if i in found and j in free:
            found[i][j] = None
    for kind in (CONTENT, TAG, SHAPE, "likeness", "place"):
        others = _groups(right, kind, rights)
        for key, places in _groups(left, kind, lefts).items():
            answers = others.get(key, [])
            if kind == "place" and max(len(places), len(answers)) > _SHARED_PLACE:
                continue  # many exporters place everything at the origin: that says nothing
            for i in places:
                found[i].update(dict.fromkeys(answers))
    return {i: _nearest_first(left, right, i, list(answers)) for i, answers in found.items()}


def _nearest_first(left: _Side, right: _Side, i: int, answers: list[int]) -> list[int]:
    here = left.centre(i)
    if here is None or not 1 < len(answers) <= _SORTED_CANDIDATES:
        return answers
    return sorted(answers, key=lambda j: math.inf if (at := right.centre(j)) is None else math.dist(here, at))
