"""The kinds of observation that ship with the software, and the table in which packs add their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.events.observations import ObservationKind, Shape, SubjectType

_ELEMENT = (SubjectType.ELEMENT,)
_TASK = (SubjectType.TASK,)
_WORK = (SubjectType.ELEMENT, SubjectType.TASK)
_ANY_STATED = (SubjectType.ELEMENT, SubjectType.TASK, SubjectType.CHECKPOINT)


def _fact(
    key: str,
    subjects: tuple[SubjectType, ...],
    *,
    values: tuple[str, ...] = (),
    numeric: bool = False,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
) -> ObservationKind:
    return ObservationKind(
        key=key,
        shape=Shape.FACT,
        subjects=subjects,
        values=values,
        numeric=numeric,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
    )


def _telemetry(
    key: str,
    unit: str,
    resolution: float,
    minimum: float,
    maximum: float,
    *,
    energetic: bool = False,
    varies: bool = False,
    gap: float | None = None,
) -> ObservationKind:
    return ObservationKind(
        key=key,
        shape=Shape.TELEMETRY,
        unit=unit,
        resolution=resolution,
        minimum=minimum,
        maximum=maximum,
        energetic=energetic,
        varies=varies,
        plausible_gap=gap,
        numeric=True,
    )


BUILT_IN_KINDS: tuple[ObservationKind, ...] = (
    _fact("delivered", _ELEMENT),
    _fact("installed", _ELEMENT),
    _fact("missing", _ELEMENT),
    _fact("inspected", _ANY_STATED, values=("pass", "fail")),
    _fact("measured", _ANY_STATED, numeric=True),
    _fact("sample_taken", _ANY_STATED),
    _fact("sample_witnessed", _ANY_STATED),
    _fact("lab_report", _ANY_STATED, values=("pass", "fail")),
    _fact("parallel_inspection", _ANY_STATED, values=("pass", "fail")),
    _fact("patrol", _ANY_STATED),
    _fact("standing_started", _ANY_STATED),
    _fact("standing_ended", _ANY_STATED),
    _fact("standing_note", _ANY_STATED),
    _fact("quantity_reported", _WORK, numeric=True, minimum=0.0),
    # A credit note is a negative cost, so a cost has no lower bound.
    _fact("cost_incurred", _WORK, numeric=True),
    _fact("task_started", _TASK),
    _fact("task_finished", _TASK),
    _fact("percent_reported", _WORK, numeric=True, unit="%", minimum=0.0, maximum=100.0),
    _fact("work_stopped", _TASK),
    _fact("work_resumed", _TASK),
    _fact("remark", _ANY_STATED),
    # What a model believes to have seen; its value is the confidence. No rule releases anything by it.
    _fact("vision_detection", (SubjectType.DEVICE,), numeric=True, minimum=0.0, maximum=1.0),
    # The bounds below are what the instruments can physically say, not limits of any standard.
    _telemetry("noise_level", "dB(A)", 0.1, 0.0, 140.0, energetic=True, varies=True),
    _telemetry("pm10", "ug/m3", 0.1, 0.0, 20_000.0, varies=True, gap=100.0),
    _telemetry("pm25", "ug/m3", 0.1, 0.0, 20_000.0, varies=True, gap=100.0),
    _telemetry("wind_speed", "m/s", 0.1, 0.0, 100.0),
    _telemetry("air_temperature", "degC", 0.1, -60.0, 70.0, gap=5.0),
    _telemetry("humidity", "%", 0.1, 0.0, 100.0, gap=25.0),
    _telemetry("dome_pressure", "Pa", 0.1, -5_000.0, 5_000.0),
    _telemetry("purifier_state", "", 1.0, 0.0, 1.0),
    _telemetry("power", "kW", 0.001, -100_000.0, 100_000.0),
    _telemetry("energy_total", "kWh", 0.001, 0.0, 1e9),
    _telemetry("co", "mg/m3", 0.01, 0.0, 5_000.0),
    _telemetry("no2", "mg/m3", 0.001, 0.0, 500.0),
    _telemetry("concrete_temperature", "degC", 0.1, -60.0, 150.0),
    _telemetry("water_level", "m", 0.001, -1_000.0, 10_000.0),
    _telemetry("settlement", "mm", 0.01, -10_000.0, 10_000.0),
    _telemetry("crane_load", "%", 0.1, 0.0, 300.0),
    _telemetry("tsp", "ug/m3", 0.1, 0.0, 100_000.0, varies=True, gap=200.0),
    _telemetry("wind_direction", "deg", 1.0, 0.0, 360.0),
    _telemetry("air_pressure", "kPa", 0.01, 30.0, 120.0, gap=1.0),
    # Positions of machines and tags: on site [m], or as the receiver says them; see events/tracks.py.
    _telemetry("position_x", "m", 0.01, -1e7, 1e7),
    _telemetry("position_y", "m", 0.01, -1e7, 1e7),
    _telemetry("position_z", "m", 0.01, -1e5, 1e5),
    _telemetry("latitude", "deg", 1e-7, -90.0, 90.0),
    _telemetry("longitude", "deg", 1e-7, -180.0, 180.0),
    _telemetry("altitude", "m", 0.01, -1e4, 1e5),
)
"""Everything that can be observed without a pack."""


@dataclass(frozen=True, slots=True)
class KindTable:
    """Observation kinds by key; immutable, picklable, iterated in the order they were given."""

    kinds: tuple[ObservationKind, ...] = BUILT_IN_KINDS
    _by_key: Mapping[str, ObservationKind] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: dict[str, ObservationKind] = {}
        for kind in self.kinds:
            known = by_key.setdefault(kind.key, kind)
            if known != kind:
                raise InputRefused(
                    "kind_conflict",
                    f"The observation kind '{kind.key}' is described twice, and differently.",
                    "Give the pack's kind a key of its own, or describe it exactly as the other does.",
                    kind=kind.key,
                )
        object.__setattr__(self, "kinds", tuple(by_key.values()))
        object.__setattr__(self, "_by_key", by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __iter__(self) -> Iterator[ObservationKind]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)

    def __getitem__(self, key: str) -> ObservationKind:
        kind = self._by_key.get(key)
        if kind is None:
            raise NotFound(
                "kind_unknown",
                f"'{key}' is not a kind of observation.",
                f"Known kinds: {', '.join(self._by_key)}.",
                kind=key,
                known=", ".join(self._by_key),
            )
        return kind

    def get(self, key: str) -> ObservationKind | None:
        """The kind with this key, or None."""
        return self._by_key.get(key)

    def with_kinds(self, more: Iterable[ObservationKind]) -> KindTable:
        """This table and more kinds, e.g. those of a pack.

        Raises:
            InputRefused: ``kind_conflict`` when one key would mean two different things.
        """
        return KindTable((*self.kinds, *more))
