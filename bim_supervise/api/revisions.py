"""Revisions of models: what a new one carries over from its predecessor, and what a person has to decide."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bim_supervise.api.base import PLAN
from bim_supervise.api.people import People
from bim_supervise.api.permissions import Action
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.model.compare import Comparison, compare
from bim_supervise.model.elements import Element
from bim_supervise.store.records import SuccessionRecord
from bim_supervise.store.work import Work
from bim_supervise.tracking.succession import Succession, carried_links, heirs


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    """An element of the later revision that the earlier one may have become."""

    global_id: str
    ifc_class: str
    name: str | None
    tag: str | None
    storey: str | None
    distance: float | None
    """Between the centres of the bounding boxes [m]; None where either has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessionView:
    """An element that has another GlobalId since a revision, or whose successor is not sure.

    ``state`` is ``carried``, ``review``, ``confirmed`` or ``refused``; ``tasks`` are those it is linked to,
    ``sign_offs`` the numbers of the ledger entries that were signed for it.
    """

    id: int
    state: str
    revision: int
    global_id: str
    ifc_class: str
    name: str | None
    tag: str | None
    storey: str | None
    after: str | None
    evidence: str
    changes: Sequence[str]
    candidates: Sequence[CandidateView]
    tasks: Sequence[str]
    sign_offs: Sequence[int]
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class Revisions(People):
    """Successions of elements between revisions."""

    def successions(self, state: str | None = None) -> list[SuccessionView]:
        """Elements under another GlobalId and open questions; those with sign-offs first, then with links.

        Args:
            state: ``carried``, ``review``, ``confirmed`` or ``refused``; all of them without it.
        """
        with self._store.reading() as work:
            found = work.successions([state] if state else [])
            if not found:
                return []
            elements = {
                model: {item.global_id: item for item in work.elements(model)}
                for model in {number for item in found for number in (item.before_model, item.after_model)}
            }
            signed = _signed(work)
            tasks: dict[str, list[str]] = defaultdict(list)
            for element, task, _ in work.links():
                tasks[element].append(task)
        views = [_view(item, elements, tasks, signed) for item in found]
        return sorted(views, key=lambda view: (not view.sign_offs, not view.tasks, view.id))

    def decide_succession(
        self, number: int, user: str, *, after: str | None, reason: str, same: bool = True
    ) -> dict[str, Any]:
        """Write down what an element has become; a named person answers for it.

        Links, statements from site and sign-offs follow to the element that is confirmed. Where the person
        says that it is not the same thing (``same`` False), nothing follows, and links that were carried over
        go back to the earlier GlobalId.

        Args:
            number: number of the succession.
            user: who decides: the BIM coordinator; somebody who may sign where a sign-off hangs on it.
            after: the later GlobalId, one of the candidates; None takes the one that was found.
            reason: why; kept with the decision.
            same: whether it is the same thing.

        Raises:
            NotFound: ``succession_unknown``.
            PermissionRefused: ``not_appointed``.
            InputRefused: ``reason_missing``, ``succession_decided``, ``successor_missing`` or
                ``successor_taken``.
        """
        if not reason.strip():
            raise InputRefused(
                "reason_missing", "A decision needs a reason.", "Say how you know that it is the same thing."
            )
        with self._write(PLAN) as work:
            self._user(work, user)
            record = next((item for item in work.successions() if item.id == number), None)
            if record is None:
                raise NotFound(
                    "succession_unknown",
                    f"There is no question number {number} about a renamed element.",
                    "List them with: bim-supervise model review.",
                    number=number,
                )
            self._may_decide(work, user, record)
            chosen = _chosen(work, record, after) if same else None
            before = current_heirs(work)
            work.decide_succession(
                number,
                after=chosen,
                state="confirmed" if same else "refused",
                user=user,
                at=self._now(work.project()),
                reason=reason.strip(),
            )
            work.replace_links(_links_after(work.links(), record.before, before, current_heirs(work)))
        return {"id": number, "before": record.before, "after": chosen, "confirmed": same}

    def element_properties(self, global_id: str) -> dict[str, Any]:
        """Properties of one element of the current models, ``"<set>.<name>"`` to value in SI units."""
        with self._store.reading() as work:
            return work.properties(global_id)

    def _may_decide(self, work: Work, user: str, record: SuccessionRecord) -> None:
        signed = record.before in _signed(work)
        needed = [Action.SIGN] if signed else [Action.LOAD_PLAN, Action.SIGN]
        if not any(self.may(user, action.value) for action in needed):
            raise PermissionRefused(
                "not_appointed",
                f"{user} holds no appointment today that allows deciding this: "
                + ("a sign-off hangs on the element." if signed else "it changes the plan."),
                "Let somebody decide who may sign."
                if signed
                else "Let the BIM coordinator decide, or somebody who may sign.",
                user=user,
                action=needed[0].value,
            )


def carry_over(work: Work, predecessor: int, model: int) -> Comparison:
    """Compare a new revision with its predecessor; links follow where an element is surely the same."""
    found = compare(
        work.elements(predecessor),
        work.elements(model),
        before_prints=work.fingerprints(predecessor),
        after_prints=work.fingerprints(model),
    )
    work.add_successions(predecessor, model, found.rekeyed, found.uncertain)
    heir = current_heirs(work)
    if heir:
        work.replace_links(carried_links(work.links(), heir))
    return found


def current_heirs(work: Work) -> dict[str, str]:
    """Earlier GlobalIds to those of the current revisions under which the same things are found now."""
    successions = (Succession(item.before, item.after, item.state) for item in work.successions())
    return heirs(successions, work.content_hashes() or ())


def comparison_counts(found: Comparison) -> dict[str, int]:
    """How many elements stayed, moved, changed, came, went, were renamed or wait for a person."""
    names = ("unchanged", "moved", "modified", "rekeyed", "added", "removed", "uncertain")
    return {name: len(getattr(found, name)) for name in names}


def _chosen(work: Work, record: SuccessionRecord, after: str | None) -> str:
    chosen = after or record.after
    known = {item.global_id for item in work.elements(record.after_model)}
    if chosen is None or chosen not in known:
        raise InputRefused(
            "successor_missing",
            f"'{chosen}' is no element of the later revision.",
            "Name the GlobalId of one of the candidates.",
            name=chosen or "?",
        )
    taken = next(
        (
            item.before
            for item in work.successions(["carried", "confirmed"])
            if item.after == chosen and item.after_model == record.after_model and item.id != record.id
        ),
        None,
    )
    if taken is not None:
        raise InputRefused(
            "successor_taken",
            f"{chosen} is already known to be what {taken} has become.",
            "Decide about that one first, or name another candidate.",
            name=chosen,
            other=taken,
        )
    return chosen


def _links_after(
    links: Sequence[tuple[str, str, str]], element: str, before: Mapping[str, str], now: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Links after a decision about one element: back from where they had been carried, then forward again."""
    former, current = before.get(element, element), now.get(element, element)
    if former == current:
        return list(links)
    return [(current if item == former else item, task, origin) for item, task, origin in links]


def _signed(work: Work) -> dict[str, list[int]]:
    """Ledger entries by the GlobalIds that they were signed for."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in work.entries():
        entry = json.loads(row.data)
        if entry["type"] == "sign_off":
            for item in entry["elements"]:
                found[item["global_id"]].append(row.sequence)
    return found


def _view(
    record: SuccessionRecord,
    elements: Mapping[int, Mapping[str, Element]],
    tasks: Mapping[str, Sequence[str]],
    signed: Mapping[str, Sequence[int]],
) -> SuccessionView:
    old = elements[record.before_model].get(record.before)
    later = elements[record.after_model]
    candidates = [later[key] for key in record.candidates if key in later]
    linked = [*tasks.get(record.before, ()), *tasks.get(record.after or "", ())]
    return SuccessionView(
        id=record.id,
        state=record.state,
        revision=record.after_model,
        global_id=record.before,
        ifc_class=old.ifc_class if old else "",
        name=old.name if old else None,
        tag=old.tag if old else None,
        storey=old.storey if old else None,
        after=record.after,
        evidence=record.evidence,
        changes=record.changes,
        candidates=[
            CandidateView(
                global_id=item.global_id,
                ifc_class=item.ifc_class,
                name=item.name,
                tag=item.tag,
                storey=item.storey,
                distance=_distance(old, item),
            )
            for item in candidates
        ],
        tasks=list(Counter(linked)),
        sign_offs=signed.get(record.before, ()),
        decided_by=record.decided_by,
        decided_at=record.decided_at,
        reason=record.reason,
    )


def _distance(old: Element | None, new: Element) -> float | None:
    if old is None or old.bounding_box is None or new.bounding_box is None:
        return None
    a, b = old.bounding_box, new.bounding_box
    parts = [(b[n] + b[n + 3] - a[n] - a[n + 3]) / 2 for n in range(3)]
    return float(sum(part * part for part in parts) ** 0.5)
