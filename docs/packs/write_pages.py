"""Write a page for every built-in pack: ``python docs/packs/write_pages.py``.

A test holds the pages against the packs, so that they cannot lag.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from bim_supervise.checkpoints.contract import Limit, Rule
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.events.observations import ObservationKind, Shape

FOLDER = Path(__file__).resolve().parent
BUILT_IN = FOLDER.parents[1] / "bim_supervise" / "packs"


def pages() -> dict[str, str]:
    """File name to text of every page."""
    found = {pack.name: pack for pack in load_packs().packs if (BUILT_IN / pack.name).is_dir()}
    return {f"{name}.md": page(pack) for name, pack in found.items()}


def page(pack: Pack) -> str:
    """The page of one pack."""
    parts = [
        f"# Pack `{pack.name}`: {pack.title['en']} {pack.title['zh']}",
        "Written by `docs/packs/write_pages.py` from the pack itself; see [packs](../packs.md) for what the "
        "fields mean and [rule settings](../rule-settings.md) for how a project sets what is empty.",
    ]
    if pack.kinds:
        rows = [
            f"| `{kind.key}` | {kind.unit or '-'} | {step(kind)} | {kind.shape.value} | "
            f"{', '.join(subject.value for subject in kind.subjects)} |"
            for kind in pack.kinds
        ]
        parts += [
            "## Kinds of observation",
            "\n".join(["| kind | unit | step | kept as | about |", "|---|---|---|---|---|", *rows]),
        ]
    if pack.figures:
        rows = [
            f"| `{one.key}` | {one.title['en']} {one.title['zh']} | {one.unit or '-'} | {one.note['en']} |"
            for one in pack.figures
        ]
        parts += [
            "## Derived figures",
            "\n".join(["| figure | name | unit | what it is |", "|---|---|---|---|", *rows]),
        ]
    parts += [text for rule in pack.rules for text in _rule(rule, pack)]
    return "\n\n".join(parts) + "\n"


def step(kind: ObservationKind) -> str:
    """The resolution of a telemetry kind, the values of a choice."""
    if kind.shape is Shape.TELEMETRY:
        return f"{kind.resolution:g}"
    return ", ".join(kind.values) or "-"


def _rule(rule: Rule, pack: Pack) -> list[str]:
    manual = inspect.cleandoc(type(rule).__doc__ or "").replace("``", "`")
    parts = [
        f"## `{rule.id}` {rule.title['en']} {rule.title['zh']}",
        "\n\n".join(" ".join(text.split()) for text in re.split(r"\n\s*\n", manual)),
    ]
    limits = [limit for limit in pack.limits if limit.rule_id == rule.id]
    if limits:
        head = "| limit | statistic | window | when | clause | edition | from | to | class | note |"
        parts.append("\n".join([head, "|---" * 10 + "|", *map(_limit, limits)]))
    return parts


def _limit(limit: Limit) -> str:
    value = "*to be set*" if limit.value is None else f"{limit.value:g}"
    when = [f"{limit.condition['from']}-{limit.condition['to']}"] if "from" in limit.condition else []
    when += [f"profile `{limit.profile}`"] if limit.profile else []
    certain = f"{limit.evidence_class}{', editable' if limit.editable else ''}"
    cells = (
        f"{limit.comparator} {value} {limit.unit}".strip(),
        limit.statistic,
        limit.window or "",
        ", ".join(when),
        limit.clause,
        limit.edition,
        limit.effective_from.isoformat(),
        limit.effective_to.isoformat() if limit.effective_to else "",
        certain,
        limit.note,
    )
    return f"| {' | '.join(' '.join(cell.split()) for cell in cells)} |"


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, "utf-8")
