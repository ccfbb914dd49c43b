"""The registry: all installed packs, found by entry point; a broken one is named and the rest works."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from bim_supervise.checkpoints.contract import Kind, Limit, Rule
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.site_rules import SiteRules
from bim_supervise.core.catalogue import LANGUAGES, Catalogue, load_catalogue
from bim_supervise.core.errors import InputRefused, SupervisionError
from bim_supervise.core.wording import sentences_folder
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind

GROUP = "bim_supervise.packs"
"""Entry-point group in which packs announce themselves, the built-in ones too."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPack:
    """A pack that is installed but could not be loaded."""

    name: str
    error: str
    """Type and message, as a person needs them to repair or remove the pack."""


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Rules by id, their limits, kinds and sentences, of all packs that could be loaded."""

    packs: tuple[Pack, ...] = ()
    broken: tuple[BrokenPack, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    pack_of: Mapping[str, Pack] = field(default_factory=dict)
    """The pack that brought a rule, by rule id."""
    kinds: tuple[ObservationKind, ...] = ()
    """Kinds of observation that packs add to the built-in ones."""
    catalogue: Catalogue = field(default_factory=lambda: load_catalogue(_own_folders()))
    site: SiteRules = field(default_factory=SiteRules)
    """What the project has set: profiles, parameters and limits of its design and contract."""
    _limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict)

    @cached_property
    def kind_table(self) -> KindTable:
        """The built-in kinds and those of the packs."""
        return KindTable().with_kinds(self.kinds)

    def limits(self, rule_id: str) -> tuple[Limit, ...]:
        """The rows of a rule that count in this project, every edition and jurisdiction.

        Rows of a profile that the project has not chosen are left out; ``shipped`` has them.
        """
        return self._limits.get(rule_id, ())

    def shipped(self, rule_id: str) -> tuple[Limit, ...]:
        """All rows that the pack brings for a rule, those of every profile too."""
        pack = self.pack_of.get(rule_id)
        return tuple(limit for limit in pack.limits if limit.rule_id == rule_id) if pack else ()

    def is_green(self, rule_id: str) -> bool:
        """Whether a rule is installed and of the kind green."""
        rule = self.rules.get(rule_id)
        return rule is not None and rule.kind is Kind.GREEN

    def parameters(self, rule_id: str) -> Mapping[str, Any]:
        """What the project has set for a rule."""
        return self.site.parameters_of(rule_id)

    def for_site(self, site: SiteRules) -> Registry:
        """These packs in a project with its own profiles, parameters and limits."""
        rows: dict[str, list[Limit]] = {
            rule: [row for row in self.shipped(rule) if not row.profile or row.profile in site.profiles]
            for rule in self.rules
        }
        for limit in site.limits:
            if limit.rule_id in rows:
                rows[limit.rule_id].append(limit)
        limits = {rule: tuple(found) for rule, found in rows.items() if found}
        return replace(self, site=site, _limits=limits)


def load_packs(points: Iterable[EntryPoint] | None = None) -> Registry:
    """Load all installed packs, or those behind ``points``.

    The project's own packs come first, the others by name, so that no outsider can take a built-in rule id by
    being found earlier. A pack that fails to load, or is not consistent, is listed in ``Registry.broken`` and
    logged as an error; nothing of it is used.
    """
    taken = _Taken()
    broken: list[BrokenPack] = []
    for point in sorted(entry_points(group=GROUP) if points is None else set(points), key=_order):
        try:
            taken.take(point.load())
        # A pack is foreign code: whatever it raises must not take the others down with it.
        except Exception as error:
            text = error.message if isinstance(error, SupervisionError) else str(error)
            broken.append(BrokenPack(name=point.name, error=f"{type(error).__name__}: {text}"))
            _log.error("pack %r (%s) could not be loaded: %s", point.name, point.value, broken[-1].error)
    return taken.registry(broken)


def registry_of(packs: Iterable[Pack], broken: Iterable[BrokenPack] = ()) -> Registry:
    """A registry of exactly these packs, e.g. of the one under development.

    Raises:
        InputRefused: ``pack_invalid`` when a pack is not consistent in itself or with those before it.
    """
    taken = _Taken()
    for pack in packs:
        taken.take(pack)
    return taken.registry(broken)


class _Taken:
    """The packs taken in so far, and their sentences, read once each."""

    def __init__(self) -> None:
        self._packs: list[Pack] = []
        self._sentences = {"": load_catalogue(_own_folders())}

    def take(self, pack: Pack) -> None:
        """Take a pack in; raises ``InputRefused`` where it does not go with those before it."""
        _refuse_inconsistent(pack, self._packs)
        own = load_catalogue([] if pack.catalogue is None else [pack.catalogue]).joined(_described(pack))
        _refuse_sentences(pack.name, own, self._sentences)
        self._sentences[pack.name] = own
        self._packs.append(pack)

    def registry(self, broken: Iterable[BrokenPack]) -> Registry:
        """All that was taken in."""
        packs = tuple(self._packs)
        registry = Registry(
            packs=packs,
            broken=tuple(broken),
            rules={rule.id: rule for pack in packs for rule in pack.rules},
            pack_of={rule.id: pack for pack in packs for rule in pack.rules},
            kinds=tuple(dict.fromkeys(kind for pack in packs for kind in pack.kinds)),
            catalogue=reduce(Catalogue.joined, self._sentences.values()),
        )
        return registry.for_site(SiteRules())


def _described(pack: Pack) -> Catalogue:
    """What the rules of a pack say of themselves, as sentences."""
    return Catalogue(
        {
            language: {
                f"rule.{rule.id}.{part}": text
                for rule in pack.rules
                for part in ("title", "why")
                if (text := getattr(rule, part, {}).get(language))
            }
            | {
                f"reason.{code}": texts[language]
                for rule in pack.rules
                for code, texts in getattr(rule, "reasons", {}).items()
                if language in texts
            }
            for language in LANGUAGES
        }
    )


def _own_folders() -> list[Traversable]:
    return [sentences_folder(), files(__package__) / "catalogue"]


def _order(point: EntryPoint) -> tuple[bool, str, str]:
    return not point.value.startswith("bim_supervise.packs."), point.name, point.value


def _refuse_inconsistent(pack: object, earlier: Sequence[Pack]) -> None:
    if not isinstance(pack, Pack):
        raise _invalid("?", f"the entry point names a {type(pack).__name__}, not a Pack")
    if pack.name in {other.name for other in earlier}:
        raise _invalid(pack.name, f"a pack named '{pack.name}' is installed already")
    own: set[str] = set()
    for rule in pack.rules:
        if not isinstance(getattr(rule, "id", None), str) or not callable(getattr(rule, "evaluate", None)):
            raise _invalid(pack.name, f"{rule!r} is no rule")
        taken = next((other.name for other in earlier for known in other.rules if known.id == rule.id), None)
        if taken or rule.id in own:
            raise _invalid(pack.name, f"the rule id {rule.id} is taken by the pack '{taken or pack.name}'")
        own.add(rule.id)
    stray = sorted({limit.rule_id for limit in pack.limits} - own)
    if stray:
        raise _invalid(pack.name, f"it has limits for rules it does not bring: {', '.join(stray)}")
    _refuse_inconsistent_section(pack, earlier)
    KindTable().with_kinds(kind for other in earlier for kind in other.kinds).with_kinds(pack.kinds)


def _refuse_inconsistent_section(pack: Pack, earlier: Sequence[Pack]) -> None:
    """Derived figures and report rows name what is there, once."""
    rules = {rule.id for rule in pack.rules}
    taken = {figure.key for other in earlier for figure in other.figures} | rules
    for figure in pack.figures:
        if figure.key in taken:
            raise _invalid(pack.name, f"the name {figure.key} of a derived figure is taken")
        taken.add(figure.key)
        stray = sorted(set(figure.rules) - rules)
        if stray:
            raise _invalid(
                pack.name,
                f"the figure {figure.key} reads rules that the pack does not bring: {', '.join(stray)}",
            )
    known = rules | {figure.key for figure in pack.figures}
    named: set[str] = set()
    for row in pack.rows:
        if row.of not in known or row.of in named:
            problem = "twice" if row.of in named else "but neither a rule nor a figure of it has that name"
            raise _invalid(pack.name, f"a report row names {row.of} {problem}")
        named.add(row.of)


def _refuse_sentences(name: str, own: Catalogue, others: Mapping[str, Catalogue]) -> None:
    """A pack words only its own rules, and reasons that nobody else words otherwise; in both languages.

    A verdict names its reason by a code alone. Two packs that mean different things by one code would show
    each other's sentence; a code that begins with the name of its pack cannot meet another's. ``others`` are
    the sentences by pack, those of the platform under the empty name.
    """
    every = set().union(*(own.keys(language) for language in LANGUAGES))
    for language in LANGUAGES:
        lacking = sorted(every - own.keys(language))
        if lacking:
            raise _invalid(name, f"its catalogue lacks '{lacking[0]}' in {language}")
        for other, theirs in others.items():
            for key in sorted(own.keys(language) & theirs.keys(language)):
                if own.template(key, language) != theirs.template(key, language):
                    whose = f"pack '{other}'" if other else "the platform"
                    group, _, code = key.partition(".")
                    way = f"; name it '{name}.{code}'" if group == "reason" else ""
                    raise _invalid(name, f"'{key}' is worded otherwise by {whose}{way}")


def _invalid(name: str, problem: str) -> InputRefused:
    return InputRefused(
        "pack_invalid",
        f"Pack '{name}': {problem}.",
        "Update the pack, or uninstall it.",
        pack=name,
        problem=problem,
    )
