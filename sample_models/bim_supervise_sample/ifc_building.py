"""The physical side of the sample model: project, site, storeys, spaces, elements, materials, systems."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import ifcopenshell
import ifcopenshell.api.aggregate
import ifcopenshell.api.classification
import ifcopenshell.api.context
import ifcopenshell.api.georeference
import ifcopenshell.api.group
import ifcopenshell.api.material
import ifcopenshell.api.pset
import ifcopenshell.api.root
import ifcopenshell.api.spatial
import ifcopenshell.api.system
import ifcopenshell.api.unit

from bim_supervise_sample import site
from bim_supervise_sample.ifc_shapes import MILLIMETRES, Entity, ShapeWriter
from bim_supervise_sample.model.layout import (
    BUILDINGS,
    CLASSIFICATION,
    STOREYS,
    SYSTEMS,
    Room,
    parts,
    rooms,
    space_quantities,
)
from bim_supervise_sample.model.parts import Material, Part
from bim_supervise_sample.model.shapes import Extrusion

_QUANTITY_CLASSES: tuple[tuple[tuple[str, ...], str, float], ...] = (
    (("Volume",), "IfcQuantityVolume", 1.0),
    (("Area",), "IfcQuantityArea", 1.0),
    (("Weight",), "IfcQuantityWeight", 1.0),
    (("Count",), "IfcQuantityCount", 1.0),
    (("",), "IfcQuantityLength", MILLIMETRES),
)


class BuildingWriter:
    """Writes the building into a file, and remembers what tasks and costs will refer to."""

    def __init__(self, file: ifcopenshell.file) -> None:
        self.file = file
        self.elements: dict[str, Entity] = {}
        """Elements by tag."""
        self._materials: dict[str, Entity] = {}

    def write(self) -> None:
        """Write everything."""
        self._project()
        self._spatial()
        for part in parts():
            self.elements[part.tag] = self.file.create_entity(
                part.ifc_class, GlobalId=part.global_id, Name=part.name, Tag=part.tag
            )
        self._contain()
        for part in parts():
            self._describe(part)
        self._assign_materials()
        self._classify()
        self._systems()

    # -- project and site --------------------------------------------------------------------------

    def _project(self) -> None:
        self.project = ifcopenshell.api.root.create_entity(self.file, "IfcProject", name=site.PROJECT_NAME)
        self.project.Phase = "施工阶段 / Construction"
        add = ifcopenshell.api.unit.add_si_unit
        units = [
            add(self.file, unit_type="LENGTHUNIT", prefix="MILLI"),
            add(self.file, unit_type="AREAUNIT"),
            add(self.file, unit_type="VOLUMEUNIT"),
            add(self.file, unit_type="MASSUNIT", prefix="KILO"),
            add(self.file, unit_type="TIMEUNIT"),
            add(self.file, unit_type="PLANEANGLEUNIT"),
            ifcopenshell.api.unit.add_monetary_unit(self.file, currency=site.CURRENCY),
        ]
        # The library keeps units in a set, whose order is another in every process.
        ifcopenshell.api.unit.assign_unit(self.file, units=units).Units = units
        context = ifcopenshell.api.context.add_context(self.file, context_type="Model")
        body = ifcopenshell.api.context.add_context(
            self.file,
            context_type="Model",
            context_identifier="Body",
            target_view="MODEL_VIEW",
            parent=context,
        )
        self.shapes = ShapeWriter(self.file, body)
        ifcopenshell.api.georeference.add_georeferencing(self.file, name=site.CRS)
        angle = math.radians(site.GRID_ANGLE_DEG)
        ifcopenshell.api.georeference.edit_georeferencing(
            self.file,
            coordinate_operation={
                # Map units are metres, model units millimetres: the scale converts.
                "Eastings": site.EASTINGS,
                "Northings": site.NORTHINGS,
                "OrthogonalHeight": site.ORTHOGONAL_HEIGHT,
                "XAxisAbscissa": round(math.cos(angle), 9),
                "XAxisOrdinate": round(math.sin(angle), 9),
                "Scale": 1 / MILLIMETRES,
            },
            projected_crs={
                "Name": site.CRS,
                "Description": "CGCS2000 / 3-degree Gauss-Kruger CM 117E",
                "GeodeticDatum": "CGCS2000",
                "MapProjection": "Gauss-Kruger",
                "MapZone": "CM 117E",
                "MapUnit": self.file.create_entity("IfcSIUnit", UnitType="LENGTHUNIT", Name="METRE"),
            },
        )

    def _spatial(self) -> None:
        create, aggregate = ifcopenshell.api.root.create_entity, ifcopenshell.api.aggregate.assign_object
        ground = create(self.file, "IfcSite", name="通州工地 / Tongzhou site")
        ground.RefLatitude = _degrees(site.LATITUDE)
        ground.RefLongitude = _degrees(site.LONGITUDE)
        ground.RefElevation = site.ORTHOGONAL_HEIGHT * MILLIMETRES
        # Placements come after the relation: the library moves whatever has one when it gets a parent.
        aggregate(self.file, products=[ground], relating_object=self.project)
        ground.ObjectPlacement = self.shapes.placement(None, (0.0, 0.0, 0.0))
        buildings: dict[str, Entity] = {}
        for key, name in BUILDINGS.items():
            building = create(self.file, "IfcBuilding", name=name)
            aggregate(self.file, products=[building], relating_object=ground)
            building.ObjectPlacement = self.shapes.placement(ground.ObjectPlacement, (0.0, 0.0, 0.0))
            buildings[key] = building
        self.storeys: dict[str, Entity] = {}
        for key, (building_key, name, elevation) in STOREYS.items():
            storey = create(self.file, "IfcBuildingStorey", name=name)
            storey.Elevation = elevation * MILLIMETRES
            above = buildings[building_key]
            aggregate(self.file, products=[storey], relating_object=above)
            storey.ObjectPlacement = self.shapes.placement(above.ObjectPlacement, (0.0, 0.0, elevation))
            self.storeys[key] = storey
        for room in rooms():
            self._space(room)

    def _space(self, room: Room) -> None:
        space = ifcopenshell.api.root.create_entity(
            self.file, "IfcSpace", name=room.name, predefined_type="EXTERNAL" if room.external else "SPACE"
        )
        space.LongName = room.long_name
        space.CompositionType = "ELEMENT"
        storey = self.storeys[room.storey]
        ifcopenshell.api.aggregate.assign_object(self.file, products=[space], relating_object=storey)
        elevation = STOREYS[room.storey][2]
        space.ObjectPlacement = self.shapes.placement(
            storey.ObjectPlacement, (room.origin[0], room.origin[1], room.z0 - elevation)
        )
        space.Representation = self.shapes.representation((Extrusion(room.profile, room.z1 - room.z0),))
        self._quantities(space, "Qto_SpaceBaseQuantities", space_quantities(room))

    # -- elements ----------------------------------------------------------------------------------

    def _describe(self, part: Part) -> None:
        element = self.elements[part.tag]
        if part.predefined is not None:
            element.PredefinedType = part.predefined
        if part.object_type is not None:
            element.ObjectType = part.object_type
        storey = self.storeys[part.storey]
        x, y, z = part.origin
        element.ObjectPlacement = self.shapes.placement(
            storey.ObjectPlacement, (x, y, z - STOREYS[part.storey][2]), part.angle
        )
        element.Representation = self.shapes.representation(part.geometry)
        if part.ifc_class == "IfcReinforcingBar":
            element.NominalDiameter = float(part.properties["BarDiameter_mm"])
        if part.ifc_class == "IfcDoor":
            element.OverallWidth = part.quantities["Width"] * MILLIMETRES
            element.OverallHeight = part.quantities["Height"] * MILLIMETRES
        if part.quantities:
            self._quantities(element, part.quantity_set, part.quantities)
        if part.properties:
            self._properties(element, "BimSupervise_Sample", part.properties)

    def _quantities(self, product: Entity, name: str, quantities: Mapping[str, float]) -> None:
        items = []
        for key, value in quantities.items():
            ifc_class, factor = next(
                (ifc_class, factor)
                for endings, ifc_class, factor in _QUANTITY_CLASSES
                if key.endswith(endings)
            )
            # Attribute 3 of every simple quantity is its value.
            quantity = self.file.create_entity(ifc_class, key)
            quantity[3] = round(value * factor, 6)
            items.append(quantity)
        # The set is written by hand: the library looks every quantity up in its templates.
        quantity_set = self.file.create_entity(
            "IfcElementQuantity", GlobalId="0" * 22, Name=name, Quantities=items
        )
        self.file.create_entity(
            "IfcRelDefinesByProperties",
            GlobalId="0" * 22,
            RelatedObjects=[product],
            RelatingPropertyDefinition=quantity_set,
        )

    def _properties(self, product: Entity, name: str, values: Mapping[str, Any]) -> None:
        pset = ifcopenshell.api.pset.add_pset(self.file, product=product, name=name)
        ifcopenshell.api.pset.edit_pset(self.file, pset=pset, properties=dict(values))

    def _contain(self) -> None:
        for key, storey in self.storeys.items():
            held = [self.elements[part.tag] for part in parts() if part.storey == key]
            if held:
                ifcopenshell.api.spatial.assign_container(self.file, products=held, relating_structure=storey)

    # -- what elements share -----------------------------------------------------------------------

    def _assign_materials(self) -> None:
        users: dict[Material, list[Entity]] = {}
        for part in parts():
            users.setdefault(part.material, []).append(self.elements[part.tag])
        for material, elements in users.items():
            entity = ifcopenshell.api.material.add_material(
                self.file, name=material.name, category=material.category
            )
            ifcopenshell.api.material.assign_material(
                self.file, products=elements, type="IfcMaterial", material=entity
            )

    def _classify(self) -> None:
        system = ifcopenshell.api.classification.add_classification(
            self.file, classification="Sample classification"
        )
        system.Source = "bim-supervise"
        system.Edition = "1"
        for code, name in CLASSIFICATION.items():
            products = [self.elements[part.tag] for part in parts() if part.code == code]
            ifcopenshell.api.classification.add_reference(
                self.file, products=products, identification=code, name=name, classification=system
            )

    def _systems(self) -> None:
        for key, (name, kind) in SYSTEMS.items():
            members = [self.elements[part.tag] for part in parts() if part.system == key]
            system = ifcopenshell.api.system.add_system(self.file, ifc_class="IfcDistributionSystem")
            system.Name = name
            system.PredefinedType = kind
            ifcopenshell.api.group.assign_group(self.file, products=members, group=system)


def _degrees(value: float) -> tuple[int, int, int, int]:
    """A compound plane angle: degrees, minutes, seconds, millionths of a second."""
    total = round(value * 3600 * 1_000_000)
    seconds, millionths = divmod(total, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    degrees, minutes = divmod(minutes, 60)
    return degrees, minutes, seconds, millionths
