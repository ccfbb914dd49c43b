"""Labels on elements and devices: printed with a code, and found again from a photo of it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

from bim_supervise.api.supervision import Supervision
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.events.scan_codes import codes_in
from bim_supervise.report.labels import Label, labels_pdf
from bim_supervise.report.words import Words

CARDS = {"element": "/storey", "device": "/evidence"}
"""Screen on which the card of what a label stands for is shown; its id is the parameter of the same name."""
MOST_LABELS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a code stands for: ``kind`` is ``element`` or ``device``, ``id`` its GlobalId or device id."""

    kind: str
    id: str


class Labels(Supervision):
    """Codes to print and to read."""

    def labels(self, kind: str, address: str, *, language: str = "zh", storey: str | None = None) -> bytes:
        """Labels as PDF, each with a code that holds the address of a card.

        Args:
            kind: ``element`` or ``device``.
            address: where people reach this site, e.g. ``https://site.example``.
            language: of the page, ``zh`` or ``en``.
            storey: elements of this storey only.

        Raises:
            InputRefused: ``label_kind_unknown``, ``site_address_invalid``, ``labels_none`` or
                ``labels_too_many``.
        """
        if kind not in CARDS:
            raise InputRefused(
                "label_kind_unknown",
                f"There are no labels for '{kind}'.",
                f"Use one of {', '.join(CARDS)}.",
                kind=kind,
                known=list(CARDS),
            )
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InputRefused(
                "site_address_invalid",
                f"'{address}' is no address of a site.",
                "Give the address that people type, such as https://site.example.",
                address=address,
            )
        rows = self._label_rows(kind, storey)
        if not rows:
            raise InputRefused(
                "labels_none",
                "There is nothing to label.",
                "Load a model or devices, or choose another storey.",
            )
        if len(rows) > MOST_LABELS:
            raise InputRefused(
                "labels_too_many",
                f"These would be {len(rows)} labels; at most {MOST_LABELS} are printed at once.",
                "Choose a storey.",
                count=len(rows),
                most=MOST_LABELS,
            )
        base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{CARDS[kind]}?{kind}="
        info = self.info()
        words = Words(language=language, zone=self.zone, currency=info.currency, catalogue=self.catalogue())
        return labels_pdf(
            [
                Label(code=base + quote(identity, safe=""), title=title, line=line, id=identity)
                for identity, title, line in rows
            ],
            project=info.name,
            made_at=self._clock(),
            words=words,
        )

    def _label_rows(self, kind: str, storey: str | None) -> list[tuple[str, str, str]]:
        with self._store.reading() as work:
            if kind == "device":
                return [(one.id, one.name or one.id, ", ".join(one.kinds)) for one in work.devices()]
            elements = work.elements() if work.current_model() else []
        return [
            (one.global_id, one.name or one.ifc_class, " · ".join(filter(None, (one.storey, one.tag))))
            for one in elements
            if storey is None or one.storey == storey
        ]

    def scan(self, photo: bytes) -> Scanned:
        """What the label in a photo stands for.

        Raises:
            InputRefused: ``scan_unreadable``, ``scan_no_code``, or ``scan_foreign`` for a code that is none
                of these labels.
            NotFound: ``scan_unknown`` when the project has no such element or device (any more).
        """
        codes = codes_in(photo)
        if not codes:
            raise InputRefused(
                "scan_no_code",
                "There is no code in the photo.",
                "Go closer, hold still, and mind reflections.",
            )
        named = [found for code in codes if (found := _named(code)) is not None]
        if not named:
            raise InputRefused(
                "scan_foreign",
                f"The code is none of this software's labels: {codes[0][:80]}",
                "Scan the label of an element or a device.",
                text=codes[0][:80],
            )
        known = {identity for kind in CARDS for identity, _, _ in self._label_rows(kind, None)}
        for one in named:
            if one.id in known:
                return one
        raise NotFound(
            "scan_unknown",
            f"The project has no {named[0].kind} '{named[0].id}'.",
            "The label belongs to another site, or to an element that a later revision no longer has.",
            kind=named[0].kind,
            id=named[0].id,
        )


def _named(code: str) -> Scanned | None:
    """What a code names; whoever moved the site keeps its labels, so that the host does not matter."""
    try:
        parts = urlsplit(code)
        query = parse_qs(parts.query)
    except ValueError:
        return None
    for kind, path in CARDS.items():
        if parts.scheme in ("http", "https") and parts.path.endswith(path) and query.get(kind):
            return Scanned(kind=kind, id=query[kind][0])
    return None
