"""Reading the table of trades and productivity rates: the package's own or an edited copy."""

from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from bim_supervise.core.errors import InputRefused
from bim_supervise.tracking.lexicon import Lexicon
from bim_supervise.tracking.trades import TradeTable


def read_trades(lexicon: Lexicon, file: Path | None = None) -> TradeTable:
    """The trades of a file; None reads those that the package carries.

    Raises:
        InputRefused: ``trades_invalid`` saying what is wrong with which entry.
    """
    source = file or Path(__file__).parent / "trades.yaml"
    try:
        table = msgspec.convert(yaml.safe_load(source.read_text("utf-8-sig")), TradeTable)
    except (yaml.YAMLError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise _invalid(source, " ".join(str(error).split())[:200]) from error
    if not 0 < table.hours <= 24 or not table.days or not table.trades:
        raise _invalid(source, "it needs hours above 0 and up to 24, at least one day and at least one trade")
    for trade in table.trades:
        if unknown := sorted({*trade.of, *trade.made_of} - lexicon.concepts.keys()):
            raise _invalid(
                source, f"trade '{trade.id}' names '{unknown[0]}', which the lexicon does not have"
            )
        if trade.pieces_per_day <= 0 or (trade.per_day is not None and trade.per_day <= 0):
            raise _invalid(source, f"the rates of trade '{trade.id}' must be above 0")
        if bool(trade.quantities) != (trade.per_day is not None):
            raise _invalid(source, f"trade '{trade.id}' needs quantities and per_day together, or neither")
    return table


def _invalid(file: Path, problem: str) -> InputRefused:
    return InputRefused(
        "trades_invalid",
        f"{file.name} is wrong: {problem}.",
        "Begin with a copy of the trades that the package carries; docs/formats.md describes them.",
        file=file.name,
        problem=problem,
    )
