"""Words of construction in several languages: which concepts a name speaks of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Role(StrEnum):
    """What a concept is: something built, what it is made of, what is done, or where."""

    OBJECT = "object"
    MATERIAL = "material"
    WORK = "work"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One concept of the lexicon.

    ``words`` by language; ``classes`` and ``predefined`` are IFC classes and predefined types that are this
    concept whatever they are called; ``implies`` names concepts that it also is; ``on`` is what a work can be
    done on where a task names no object, ``not_on`` what it is never done on. A work that ``makes_nothing``
    (a survey, a test) is never suggested for an element. What stands in a place ``apart`` (a lift shaft) is
    made by the tasks that name the place, if there are any.
    """

    id: str
    role: Role
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    predefined: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    not_on: tuple[str, ...] = ()
    makes_nothing: bool = False
    apart: bool = False


@dataclass(frozen=True)
class Lexicon:
    """Concepts by id, and what finds them in text."""

    concepts: Mapping[str, Concept]

    @cached_property
    def _words(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for words in concept.words.values():
                for word in words:
                    found.setdefault(plain(word), []).append(concept.id)
        return {word: tuple(ids) for word, ids in found.items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        english = {plain(word) for c in self.concepts.values() for word in c.words.get("en", ())}
        others = {
            plain(word)
            for c in self.concepts.values()
            for lang, ws in c.words.items()
            if lang != "en"
            for word in ws
        }
        # The longest word wins, so that "cavity insulation" is not also a cavity; English words begin a word.
        words = sorted(self._words, key=len, reverse=True)
        return re.compile(
            "|".join(
                re.escape(word)
                if word in others or word not in english
                else rf"(?<![^\W\d_]){re.escape(word)}"
                for word in words
            )
        )

    @cached_property
    def _of_class(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for name in (*concept.classes, *concept.predefined):
                found.setdefault(name.casefold(), []).append(concept.id)
        return {name: tuple(ids) for name, ids in found.items()}

    def in_text(self, text: str) -> dict[str, str]:
        """The concepts that ``text`` names, each with the word that names it; implied ones not included."""
        return {concept: word for _, word, concepts in self.words_in(text) for concept in concepts}

    def words_in(self, text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """The known words of ``text`` in its order: in which word of the text, the word, what it names."""
        text = plain(text)
        for match in self._pattern.finditer(text):
            yield text.count(" ", 0, match.start()), match.group(), self._words[match.group()]

    def of_class(self, *names: str | None) -> dict[str, str]:
        """The concepts of IFC classes and predefined types, each with the name that says so."""
        return {
            concept: name for name in names if name for concept in self._of_class.get(name.casefold(), ())
        }

    def with_implied(self, concepts: Iterable[str]) -> frozenset[str]:
        """The concepts and all that they imply."""
        found: set[str] = set()
        waiting = list(concepts)
        while waiting:
            concept = waiting.pop()
            if concept not in found:
                found.add(concept)
                waiting.extend(self.concepts[concept].implies)
        return frozenset(found)


def plain(text: str) -> str:
    """Text as it is compared: NFKC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
