"""Reading the lexicon of construction words that the package carries."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import yaml

from bim_supervise.tracking.lexicon import Concept, Lexicon


@cache
def read_lexicon() -> Lexicon:
    """The lexicon beside this module.

    Raises:
        msgspec.ValidationError: an entry has a field or a role that there is not.
        ValueError: an entry names a concept that there is not.
    """
    entries = yaml.safe_load((Path(__file__).parent / "lexicon.yaml").read_text("utf-8"))
    concepts = {
        name: msgspec.convert({**entry, "id": name}, Concept, strict=True) for name, entry in entries.items()
    }
    for concept in concepts.values():
        if unknown := {*concept.implies, *concept.on} - concepts.keys():
            raise ValueError(
                f"{concept.id} names {', '.join(sorted(unknown))}, which the lexicon does not have"
            )
    return Lexicon(concepts)
