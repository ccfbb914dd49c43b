"""Refusals in the reader's language: from the code and the values of an error to what a person reads."""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from bim_supervise.core.catalogue import Catalogue, load_catalogue
from bim_supervise.core.errors import SupervisionError

_CAPACITIES = ("capacity", "capacities", "required")


def sentences_folder() -> Traversable:
    """The folder of ``en.yaml`` and ``zh.yaml``: ``error.<code>.message``, ``reject.<reason>`` and so on."""
    return files("bim_supervise.core") / "sentences"


@cache
def core_catalogue() -> Catalogue:
    """The sentences that every room shares, without those of rules and packs."""
    return load_catalogue([sentences_folder()])


def error_sentences(
    error: SupervisionError, language: str, words: Catalogue | None = None
) -> tuple[str, str]:
    """What was wrong and what to do, in the reader's language.

    A code has the sentences ``error.<code>.message`` and ``error.<code>.hint`` and may have others beside
    them (``hint_...`` beside the hint) that say more. The one is taken that shows most of the values which
    the error carries. Where a value of the original text would be lost, the original follows in brackets;
    a code without sentences keeps its English text.

    Args:
        error: the refusal.
        language: ``en`` or ``zh``.
        words: where the names of capacities are found, e.g. the project's catalogue.

    Returns:
        The sentence and the advice; the advice may be empty.
    """
    params = _worded(error.params, language, words)
    message = _said(error, "message", error.message, language, params)
    file = params.get("file")
    if file is not None and str(file) in error.message and str(file) not in message:
        message = core_catalogue().text("error_form.in_file", language, file=file, sentence=message)
    return (
        _complete(message, error.message, language, error.params, params),
        _complete(
            _said(error, "hint", error.hint, language, params), error.hint, language, error.params, params
        ),
    )


def variants(catalogue: Catalogue, language: str, code: str, part: str) -> dict[str, frozenset[str]]:
    """The sentences of a code by key, each with the values it shows; ``part`` is ``message`` or ``hint``."""
    prefix = f"error.{code}."
    return {
        key: placeholders(catalogue.template(key, language))
        for key in sorted(catalogue.keys(language))
        if key.startswith(prefix) and key.removeprefix(prefix).startswith("hint") == (part == "hint")
    }


def placeholders(template: str) -> frozenset[str]:
    """The names in braces that a sentence wants to be filled with."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)


def _said(error: SupervisionError, part: str, original: str, language: str, params: Mapping[str, Any]) -> str:
    catalogue = core_catalogue()
    fitting = [
        (len(wanted), key)
        for key, wanted in variants(catalogue, language, error.code, part).items()
        if wanted <= params.keys()
    ]
    for _, key in sorted(fitting, reverse=True):
        try:
            return catalogue.template(key, language).format(**params)
        except (KeyError, IndexError, ValueError):
            continue
    return original


def _worded(params: Mapping[str, Any], language: str, words: Catalogue | None) -> dict[str, Any]:
    between = core_catalogue().text("error_form.listed_by", language)

    def word(name: str, value: Any) -> str:
        key = f"capacity.{value}"
        known = words.text(key, language) if words is not None and name in _CAPACITIES else key
        return str(value) if known == key else known

    worded: dict[str, Any] = {}
    for name, value in params.items():
        if isinstance(value, (list, tuple)):
            worded[name] = between.join(word(name, item) for item in value)
        elif value is not None and value != "":
            worded[name] = word(name, value) if isinstance(value, str) else value
    return worded


def _complete(
    sentence: str, original: str, language: str, params: Mapping[str, Any], worded: Mapping[str, Any]
) -> str:
    """The sentence, with the original behind it when a value of the original is not in the sentence."""
    if sentence == original:
        return sentence
    for name, value in params.items():
        if name not in worded or isinstance(value, (list, tuple)):
            continue
        shown = str(value) in sentence or str(worded[name]) in sentence
        if str(value) in original and not shown:
            return core_catalogue().text(
                "error_form.with_original", language, sentence=sentence, original=original
            )
    return sentence
