"""Message catalogues: every sentence a person reads is built from a key, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import Any

import yaml

LANGUAGES = ("en", "zh")

_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Catalogue:
    """Sentences by language and key; values are inserted with ``str.format``.

    A missing key is shown as the key itself, so that a gap is visible and never hides a fact; the
    tests hold that no shipped key is missing in either language. A group of keys that outsiders add to may
    have a sentence ``unworded`` for those that nobody worded; it is given the rest of the key as ``code``.
    """

    def __init__(self, sentences: Mapping[str, Mapping[str, str]]) -> None:
        self._sentences = {lang: dict(sentences.get(lang, {})) for lang in LANGUAGES}

    def text(self, key: str, language: str = "en", **params: Any) -> str:
        """The sentence for ``key`` in ``language`` with its values inserted."""
        template = self.template(key, language)
        if template == key:
            group, _, code = key.partition(".")
            unworded = self.template(f"{group}.unworded", language)
            if code and unworded != f"{group}.unworded":
                template, params = unworded, {"code": code}
        try:
            return template.format(**params)
        except (KeyError, IndexError, ValueError):
            return template

    def template(self, key: str, language: str = "en") -> str:
        """The sentence as written, values in braces; English where ``language`` lacks it, else the key."""
        return self._sentences.get(language, {}).get(key) or self._sentences["en"].get(key) or key

    def keys(self, language: str) -> set[str]:
        """All keys that ``language`` has."""
        return set(self._sentences.get(language, {}))

    def joined(self, other: Catalogue) -> Catalogue:
        """Both catalogues in one; the other's sentences win."""
        return Catalogue({lang: self._sentences[lang] | other._sentences[lang] for lang in LANGUAGES})


def safe_yaml(text: str) -> Any:
    """YAML without code, as ``yaml.safe_load``, read by libyaml where PyYAML was built with it."""
    return yaml.load(text, _SAFE_LOADER)  # noqa: S506 -- both are the safe loader


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested mappings to dotted keys: ``{"a": {"b": "x"}} -> {"a.b": "x"}``."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{name}.")
        else:
            flat[name] = str(value)
    return flat


def load_catalogue(folders: Iterable[Traversable]) -> Catalogue:
    """Read ``en.yaml`` and ``zh.yaml`` of each folder, later folders winning."""
    catalogue = Catalogue({})
    for folder in folders:
        sentences = {}
        for language in LANGUAGES:
            file = folder.joinpath(f"{language}.yaml")
            if file.is_file():
                sentences[language] = flatten(safe_yaml(file.read_text("utf-8")) or {})
        catalogue = catalogue.joined(Catalogue(sentences))
    return catalogue
