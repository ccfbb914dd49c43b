"""Places: zones of the model and of the site, where devices were, and how long people's tags are kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bim_supervise.api.base import EVIDENCE, PLAN, existing_file
from bim_supervise.api.people_protection import PEOPLE, forget_people
from bim_supervise.api.register import DeviceRegister
from bim_supervise.api.views_doors import VisitView
from bim_supervise.core.clock import epoch_ms, from_epoch_ms
from bim_supervise.core.errors import InputRefused, NotFound, PermissionRefused
from bim_supervise.events.place import Zone, ZoneIndex, zones_of_spaces
from bim_supervise.events.read_zones import read_zones
from bim_supervise.events.tracks import PERSON, Anchor, site_positions, visits
from bim_supervise.model.elements import Storey

ANCHOR = "place.anchor"
"""Setting: where the site lies on the globe."""
LONGEST_KEPT_DAYS = 3_650


class Places(DeviceRegister):
    """Where things are."""

    def load_zones(self, path: str | Path) -> dict[str, Any]:
        """Replace the zones drawn on site by those of a YAML file; the model's spaces stay.

        Raises:
            NotFound: ``file_missing``.
            InputRefused: ``zones_invalid`` or ``zone_polygon_invalid``.
        """
        found = read_zones(existing_file(path))
        with self._write(PLAN) as work:
            work.replace_zones(found)
        return {"zones": len(found)}

    def zones(self) -> list[Zone]:
        """The zones drawn on site, and the spaces of the current model that have a footprint."""
        with self._store.reading() as work:
            spaces = work.spaces() if work.current_model() else []
            return [*work.zones(), *zones_of_spaces(spaces)]

    def place_site(
        self,
        *,
        latitude: float,
        longitude: float,
        altitude: float = 0.0,
        x: float = 0.0,
        y: float = 0.0,
        z: float = 0.0,
        rotation_deg: float = 0.0,
    ) -> None:
        """Say where a point of the project lies on the globe, for devices that report GPS positions.

        Args:
            latitude: of the point [degrees, WGS 84].
            longitude: of the point [degrees, WGS 84].
            altitude: of the point [m].
            x: of the same point, like y and z, in project coordinates [m].
            y: see x.
            z: see x.
            rotation_deg: from east to the project's x axis, counter-clockwise [degrees].

        Raises:
            InputRefused: ``anchor_invalid``.
        """
        anchor = Anchor(
            latitude=latitude,
            longitude=longitude,
            altitude=altitude,
            x=x,
            y=y,
            z=z,
            rotation_deg=rotation_deg,
        )
        if not (abs(anchor.latitude) <= 85 and abs(anchor.longitude) <= 180):
            raise InputRefused(
                "anchor_invalid",
                f"{anchor.latitude}, {anchor.longitude} is no place for a site.",
                "Give latitude and longitude in degrees (WGS 84).",
                latitude=anchor.latitude,
                longitude=anchor.longitude,
            )
        with self._write(PLAN) as work:
            work.set_setting(ANCHOR, asdict(anchor))

    def anchor(self) -> Anchor | None:
        """Where the site lies on the globe: as it was set, else as the model says."""
        with self._store.reading() as work:
            stored = work.setting(ANCHOR, None)
            model = work.current_model()
        if stored is not None:
            return Anchor(**stored)
        place = model.georeference if model is not None else None
        if place is None or place.latitude is None or place.longitude is None:
            return None
        return Anchor(latitude=place.latitude, longitude=place.longitude)

    def visits(
        self,
        device: str,
        start: datetime,
        end: datetime,
        *,
        gap: timedelta = timedelta(minutes=15),
        least: timedelta = timedelta(0),
    ) -> list[VisitView]:
        """The stays of a machine or a tag in zones: when it entered, when it left, how long it dwelt.

        Worked out from its positions whenever it is asked, so that late positions and corrected zones count.

        Where a person was is asked for by ``person_visits``.

        Args:
            device: id of a machine or of a tag that is no person's.
            start: from when on.
            end: until when.
            gap: so long without a position, and nobody knows where it is.
            least: stays and absences shorter than this are jitter.

        Raises:
            PermissionRefused: ``reads_are_recorded`` for the pseudonym of a person's tag.
            NotFound: ``track_missing`` when it has no positions then; ``anchor_missing`` when it reports GPS
                positions and nobody has said where the site lies.
        """
        if device.startswith(PERSON):
            raise PermissionRefused(
                "reads_are_recorded",
                "Where a person was is shown only to who says why.",
                "Give your name and the reason; both are kept.",
                device=device,
            )
        return self._visits(device, start, end, gap, least)

    def _visits(
        self, device: str, start: datetime, end: datetime, gap: timedelta, least: timedelta
    ) -> list[VisitView]:
        times, positions = self._track(device, start, end)
        zones = self.zones()
        if np.isnan(positions[:, 2]).any():
            # Without heights, zones are judged in plan.
            zones = [replace(zone, z_min=None, z_max=None) for zone in zones]
            positions = np.nan_to_num(positions)
        with self._store.reading() as work:
            storeys = work.storeys() if work.current_model() else []
        index = ZoneIndex(zones)
        point, zone = index.pairs(positions)
        found = visits(
            times,
            point,
            zone,
            gap_ms=gap // timedelta(milliseconds=1),
            least_ms=least // timedelta(milliseconds=1),
        )
        heights = dict(zip(times.tolist(), positions[:, 2].tolist(), strict=True))
        return sorted(
            (
                VisitView(
                    device=device,
                    zone=index.zones[item.zone].id,
                    zone_name=index.zones[item.zone].name,
                    purpose=index.zones[item.zone].purpose,
                    storey=storey_at(storeys, heights[item.entered_ms]),
                    entered=from_epoch_ms(item.entered_ms),
                    left=None if item.left_ms is None else from_epoch_ms(item.left_ms),
                    last_seen=from_epoch_ms(item.last_ms),
                    dwell_s=((item.left_ms or item.last_ms) - item.entered_ms) / 1000,
                    lost=item.lost,
                )
                for item in found
            ),
            key=lambda view: (view.entered, view.zone),
        )

    def _track(
        self, device: str, start: datetime, end: datetime
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        first, last = epoch_ms(start), epoch_ms(end)
        with self._store.reading() as work:
            columns = {
                kind: (held.event_ms, held.steps.astype(np.float64) * self.kinds[kind].resolution)
                for kind in ("position_x", "position_y", "position_z", "latitude", "longitude", "altitude")
                if len(held := work.readings(device, kind, first, last))
            }
        if {"position_x", "position_y"} <= columns.keys():
            return _joined(columns, ("position_x", "position_y", "position_z"))
        if {"latitude", "longitude"} <= columns.keys():
            anchor = self.anchor()
            if anchor is None:
                raise NotFound(
                    "anchor_missing",
                    f"'{device}' reports GPS positions, and nobody has said where the site lies.",
                    "Set it with 'zone anchor'.",
                    device=device,
                )
            times, found = _joined(columns, ("latitude", "longitude", "altitude"))
            return times, site_positions(found[:, 0], found[:, 1], found[:, 2], anchor)
        raise NotFound(
            "track_missing",
            f"'{device}' has reported no positions in that time.",
            "Positions are the kinds position_x and position_y, or latitude and longitude.",
            device=device,
        )

    # ---- people -------------------------------------------------------------------------------------

    def protect_people(self, patterns: Sequence[str], *, days: int) -> None:
        """Keep the tags of people under pseudonyms from now on, and forget their readings after some days.

        Args:
            patterns: ids or patterns of the tags (``tag-*``).
            days: how long their readings are kept.

        Raises:
            InputRefused: ``people_days``.
        """
        if not 1 <= days <= LONGEST_KEPT_DAYS:
            raise InputRefused(
                "people_days",
                f"Readings of people cannot be kept for {days} days.",
                f"Give 1 to {LONGEST_KEPT_DAYS} days, as few as the purpose needs.",
                days=days,
                most=LONGEST_KEPT_DAYS,
            )
        with self._write(PLAN) as work:
            known = work.setting(PEOPLE, None)
            secret = known["secret"] if known else secrets.token_urlsafe(32)
            work.set_setting(PEOPLE, {"tags": list(patterns), "days": days, "secret": secret})

    def people_protection(self) -> dict[str, Any] | None:
        """Which tags are people's for how many days they are kept; None when nobody has said."""
        with self._store.reading() as work:
            known = work.setting(PEOPLE, None)
        return {"tags": known["tags"], "days": known["days"]} if known else None

    def forget_people(self) -> dict[str, Any]:
        """Delete the readings of people's tags that are older than they may be kept."""
        with self._write(EVIDENCE) as work:
            before, minutes = forget_people(work, self._now(work.project()))
        return {"forgotten_before": before, "minutes": minutes}


def storey_at(storeys: Sequence[Storey], height: float) -> str | None:
    """The name of the storey that a height [m] lies on: the highest one that is not above it."""
    below = [item for item in storeys if item.elevation is not None and item.elevation <= height + 0.3]
    return max(below, key=lambda item: item.elevation or 0.0).name if below else None


def _joined(
    columns: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]], names: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Coordinates of the times at which the first two are known; NaN where the third is not."""
    first, second = columns[names[0]], columns[names[1]]
    times = np.intersect1d(first[0], second[0])
    found = np.full((len(times), 3), np.nan)
    for place, name in enumerate(names):
        if name in columns:
            known, values = columns[name]
            at = np.searchsorted(known, times).clip(0, len(known) - 1)
            hit = known[at] == times
            found[hit, place] = values[at[hit]]
    return times, found
