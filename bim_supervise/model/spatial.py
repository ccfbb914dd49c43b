"""Storeys, spaces and the georeference of a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bim_supervise.model.elements import Georeference, Space, Storey
from bim_supervise.model.instances import Instances, Ref, Typed, number_of
from bim_supervise.model.placement import Placements
from bim_supervise.model.plan_shapes import PlanShapes
from bim_supervise.model.relations import Locations, Relations
from bim_supervise.model.units import Units, unit_factor


def storeys_of(instances: Instances, units: Units, placements: Placements) -> list[Storey]:
    """All storeys, lowest first; elevation [m] as stated, else from the placement."""
    found = []
    for number in instances.of("IfcBuildingStorey"):
        elevation = number_of(instances.get(number, "Elevation"))
        if elevation is not None:
            elevation = round(elevation * units.length, 9)
        else:
            placement = instances.ref(number, "ObjectPlacement")
            frame = None if placement is None else placements.frame(placement)
            elevation = None if frame is None else frame.origin[2]
        global_id = instances.text(number, "GlobalId") or ""
        found.append(
            Storey(global_id=global_id, name=instances.text(number, "Name") or global_id, elevation=elevation)
        )
    found.sort(key=lambda storey: (storey.elevation is None, storey.elevation or 0.0, storey.name))
    names = distinct([storey.global_id for storey in found])
    return [replace(storey, global_id=name) for storey, name in zip(found, names, strict=True)]


def spaces_of(
    instances: Instances, units: Units, placements: Placements, relations: Relations, locations: Locations
) -> list[Space]:
    """All spaces by name; the plan outline where the body is made of vertical extrusions, else None."""
    numbers = list(instances.of("IfcSpace"))
    if not numbers:
        return []
    from bim_supervise.model.space import footprint

    shapes = PlanShapes(instances, units)
    found = []
    for number in numbers:
        frame = placements.frame(instances.ref(number, "ObjectPlacement"))
        prisms = shapes.prisms(number, frame) or []
        storey = locations.storey_around(relations.whole.get(number) or relations.container.get(number))
        global_id = instances.text(number, "GlobalId") or ""
        found.append(
            Space(
                global_id=global_id,
                name=instances.text(number, "Name") or global_id,
                long_name=instances.text(number, "LongName"),
                storey=None
                if storey is None
                else instances.text(storey, "Name") or instances.text(storey, "GlobalId"),
                polygon=footprint(prism.ring for prism in prisms),
                z_min=min((prism.z_min for prism in prisms), default=None),
                z_max=max((prism.z_max for prism in prisms), default=None),
            )
        )
    found.sort(key=lambda space: (space.name, space.global_id, space.z_min or 0.0))
    names = distinct([space.global_id for space in found])
    return [replace(space, global_id=name) for space, name in zip(found, names, strict=True)]


def distinct(ids: Iterable[str]) -> list[str]:
    """The same ids with ``~2``, ``~3`` ... behind each repetition.

    >>> distinct(["a", "b", "a"])
    ['a', 'b', 'a~2']
    """
    uses: dict[str, int] = {}
    names = []
    for name in ids:
        uses[name] = uses.get(name, 0) + 1
        names.append(name if uses[name] == 1 else f"{name}~{uses[name]}")
    return names


def georeference_of(instances: Instances, units: Units) -> Georeference:
    """Map conversion (lengths in metres, scale between metres) and the site's latitude and longitude."""
    latitude = longitude = None
    for site in instances.of("IfcSite"):
        latitude = degrees(instances.get(site, "RefLatitude"))
        longitude = degrees(instances.get(site, "RefLongitude"))
        if latitude is not None and longitude is not None:
            break
    for number in instances.of("IfcMapConversion"):
        crs = instances.ref(number, "TargetCRS")
        map_unit = unit_factor(instances, instances.ref(crs, "MapUnit"))
        metres = units.length if map_unit is None else map_unit
        scale = number_of(instances.get(number, "Scale"))
        return Georeference(
            crs=instances.text(crs, "Name"),
            eastings=_metres(instances.get(number, "Eastings"), metres),
            northings=_metres(instances.get(number, "Northings"), metres),
            orthogonal_height=_metres(instances.get(number, "OrthogonalHeight"), metres),
            x_axis_abscissa=number_of(instances.get(number, "XAxisAbscissa")),
            x_axis_ordinate=number_of(instances.get(number, "XAxisOrdinate")),
            scale=None if scale is None else scale * metres / units.length,
            latitude=latitude,
            longitude=longitude,
        )
    return _from_property_sets(instances, units, latitude, longitude)


def _from_property_sets(
    instances: Instances, units: Units, latitude: float | None, longitude: float | None
) -> Georeference:
    """IFC2X3 has no map conversion; by agreement it stands in ``ePSet_MapConversion``, metres by default."""
    conversion = _properties(instances, "epset_mapconversion")
    crs = _properties(instances, "epset_projectedcrs")
    name = crs.get("Name")
    scale = number_of(conversion.get("Scale"))
    return Georeference(
        crs=name.strip() if isinstance(name, str) and name.strip() else None,
        eastings=_metres(conversion.get("Eastings"), units.length),
        northings=_metres(conversion.get("Northings"), units.length),
        orthogonal_height=_metres(conversion.get("OrthogonalHeight"), units.length),
        x_axis_abscissa=number_of(conversion.get("XAxisAbscissa")),
        x_axis_ordinate=number_of(conversion.get("XAxisOrdinate")),
        scale=scale,
        latitude=latitude,
        longitude=longitude,
    )


def _properties(instances: Instances, name: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for number in instances.of("IfcPropertySet"):
        if (instances.text(number, "Name") or "").casefold() != name:
            continue
        for entry in instances.refs(number, "HasProperties"):
            key = instances.text(entry, "Name")
            value = instances.get(entry, "NominalValue")
            if key:
                found[key] = value.value if isinstance(value, Typed) else value
    return found


def _metres(value: object, factor: float) -> float | None:
    amount = number_of(value)
    return None if amount is None else amount * factor


def degrees(value: object) -> float | None:
    """An IfcCompoundPlaneAngleMeasure (degrees, minutes, seconds, millionths) as decimal degrees.

    >>> degrees((35, 42, 0, 0)), degrees((-3, -30, 0))
    (35.7, -3.5)
    """
    if not isinstance(value, tuple) or isinstance(value, Typed) or len(value) < 3:
        return None
    if not all(isinstance(part, int) for part in value):
        return None
    sign = -1.0 if any(part < 0 for part in value) else 1.0
    whole, minutes, seconds, millionths = [float(abs(part)) for part in (*value, 0)][:4]
    return sign * (whole + minutes / 60 + (seconds + millionths / 1e6) / 3600)


def repeated_ids(instances: Instances, kinds: Iterable[str]) -> dict[str, list[int]]:
    """GlobalIds that several instances of these classes carry, with the instance numbers."""
    users: dict[str, list[int]] = {}
    for number in instances.of(*kinds):
        global_id = instances.text(number, "GlobalId")
        if global_id:
            users.setdefault(global_id, []).append(number)
    return {key: numbers for key, numbers in users.items() if len(numbers) > 1}


def project_of(instances: Instances) -> Ref | None:
    """The IfcProject."""
    for number in instances.of("IfcProject"):
        return Ref(number)
    return None
