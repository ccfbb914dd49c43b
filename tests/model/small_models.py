"""Small IFC models made on the fly, and ways to rewrite an SPF file without changing what it says."""

from __future__ import annotations

import random
import re
from pathlib import Path

import ifcopenshell
import ifcopenshell.guid

from bim_supervise.model.elements import ModelReading
from bim_supervise.model.read_child import read_in_child

SCHEMAS = ("IFC2X3", "IFC4", "IFC4X3_ADD2")

_NAMED = (
    *("project", "site", "building", "ground", "upper", "space", "wall", "opening", "door", "slab"),
    *("beam_a", "beam_b", "rebar", "assembly", "part", "proxy", "plate", "walltype", "beamtype"),
    *("schedule", "cost_head", "cost_slab", "cost_wall", "task"),
)
GUIDS = {name: ifcopenshell.guid.compress(f"{index:032x}") for index, name in enumerate(_NAMED, start=1)}
DEFAULTS = {
    "wall_length": 5000.0,
    "wall_x": 0.0,
    "wall_name": "Wall W1",
    "slab_layer": 200.0,
    "slab_material": "Concrete C30/37",
    "opening_width": 1000.0,
    "bar_diameter": 12.0,
    "bar_radius": 6.0,
    "wall_grade": "C30/37",
    "wall_area": 15.0,
    "beam_profile": "HEA200",
    "proxy_tag": "T1",
    "colour": 0.5,
}


class Builder:
    """A building in millimetres with one of everything that a reader has to follow."""

    def __init__(self, schema: str = "IFC4", **changes) -> None:
        self.v = DEFAULTS | changes
        assert set(self.v) == set(DEFAULTS)
        self.old = schema == "IFC2X3"
        self.f = ifcopenshell.file(schema=schema)
        self._build()

    # --- small parts ---------------------------------------------------------------------------

    def new(self, kind, *args, **named):
        return self.f.create_entity(kind, *args, **named)

    def root(self, kind, name, **named):
        named.setdefault("Name", name)
        return self.new(
            kind, GlobalId=GUIDS.get(name) or ifcopenshell.guid.new(), OwnerHistory=self.owner, **named
        )

    def rel(self, kind, **named):
        return self.new(kind, GlobalId=ifcopenshell.guid.new(), OwnerHistory=self.owner, **named)

    def point(self, *coordinates):
        return self.new("IfcCartesianPoint", [float(c) for c in coordinates])

    def axis(self, x=0.0, y=0.0, z=0.0):
        return self.new("IfcAxis2Placement3D", self.point(x, y, z))

    def place(self, parent, x=0.0, y=0.0, z=0.0):
        return self.new("IfcLocalPlacement", parent, self.axis(x, y, z))

    def box(self, x, y, z):
        profile = self.new(
            "IfcRectangleProfileDef", "AREA", None,
            self.new("IfcAxis2Placement2D", self.point(x / 2, y / 2)), float(x), float(y),
        )  # fmt: skip
        return self.new(
            "IfcExtrudedAreaSolid", profile, self.axis(), self.new("IfcDirection", [0.0, 0.0, 1.0]), float(z)
        )

    def shape(self, *items, kind="SweptSolid"):
        body = self.new("IfcShapeRepresentation", self.context, "Body", kind, list(items))
        return self.new("IfcProductDefinitionShape", None, None, [body])

    def quantity(self, name, elements, *quantities):
        found = self.new(
            "IfcElementQuantity", ifcopenshell.guid.new(), self.owner, name, None, None, list(quantities)
        )
        self.rel("IfcRelDefinesByProperties", RelatedObjects=elements, RelatingPropertyDefinition=found)

    # --- the building --------------------------------------------------------------------------

    def _build(self) -> None:
        new, root, rel = self.new, self.root, self.rel
        person = new("IfcPerson", None, "Somebody")
        office = new("IfcOrganization", None, "Office")
        app = new("IfcApplication", office, "1", "Generator", "gen")
        self.owner = new(
            "IfcOwnerHistory",
            new("IfcPersonAndOrganization", person, office),
            app,
            None,
            "ADDED",
            None,
            None,
            None,
            1,
        )
        self.context = new("IfcGeometricRepresentationContext", None, "Model", 3, 1e-5, self.axis())
        millimetre = new("IfcSIUnit", None, "LENGTHUNIT", "MILLI", "METRE")
        self.square_metre = new("IfcSIUnit", None, "AREAUNIT", None, "SQUARE_METRE")
        units = new(
            "IfcUnitAssignment",
            [
                millimetre,
                self.square_metre,
                new("IfcSIUnit", None, "VOLUMEUNIT", "CENTI", "CUBIC_METRE"),
                new("IfcSIUnit", None, "MASSUNIT", None, "GRAM"),
                new("IfcSIUnit", None, "PLANEANGLEUNIT", None, "RADIAN"),
            ],
        )
        project = root("IfcProject", "project", RepresentationContexts=[self.context], UnitsInContext=units)
        site = root("IfcSite", "site", RefLatitude=[31, 13, 48, 0], RefLongitude=[121, 28, 25, 200000])
        site.ObjectPlacement = self.place(None)
        building = root("IfcBuilding", "building")
        building.ObjectPlacement = self.place(site.ObjectPlacement)
        ground = root("IfcBuildingStorey", "ground", Name="Ground floor", Elevation=0.0)
        upper = root("IfcBuildingStorey", "upper", Name="Upper floor", Elevation=3000.0)
        ground.ObjectPlacement = self.place(building.ObjectPlacement)
        upper.ObjectPlacement = self.place(building.ObjectPlacement, z=3000)
        space = root("IfcSpace", "space", Name="R1", LongName="Pump hall")
        space.ObjectPlacement = self.place(ground.ObjectPlacement, 1000, 2000)
        space.Representation = self.shape(self.box(4000, 3000, 2500))
        rel("IfcRelAggregates", RelatingObject=project, RelatedObjects=[site])
        rel("IfcRelAggregates", RelatingObject=site, RelatedObjects=[building])
        rel("IfcRelAggregates", RelatingObject=building, RelatedObjects=[ground, upper])
        rel("IfcRelAggregates", RelatingObject=ground, RelatedObjects=[space])
        self.ground, self.upper = ground, upper
        self._walls(ground, upper)
        self._steel(upper, space)
        if not self.old:
            self._costs()
            crs = new(
                "IfcProjectedCRS", "EPSG:4549", MapUnit=new("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
            )
            new("IfcMapConversion", self.context, crs, 400000.0, 3450000.0, 4.5, 1.0, 0.0, 0.001)

    def _walls(self, ground, upper) -> None:
        v, new, root, rel = self.v, self.new, self.root, self.rel
        wall = self.wall = root("IfcWall", "wall", Name=v["wall_name"], Tag="W-1")
        wall.ObjectPlacement = self.place(ground.ObjectPlacement, v["wall_x"])
        item = self.box(v["wall_length"], 300, 3000)
        wall.Representation = self.shape(item)
        colour = new("IfcColourRgb", None, v["colour"], 0.5, 0.5)
        style = new(
            "IfcSurfaceStyle",
            "s",
            "BOTH",
            [new("IfcSurfaceStyleRendering", colour, 0.0, ReflectanceMethod="FLAT")],
        )
        new("IfcStyledItem", item, [new("IfcPresentationStyleAssignment", [style])] if self.old else [style])
        opening = root("IfcOpeningElement", "opening")
        opening.ObjectPlacement = self.place(wall.ObjectPlacement, 1000)
        opening.Representation = self.shape(self.box(v["opening_width"], 300, 2100))
        rel("IfcRelVoidsElement", RelatingBuildingElement=wall, RelatedOpeningElement=opening)
        door = root("IfcDoor", "door", OverallHeight=2100.0, OverallWidth=1000.0)
        door.ObjectPlacement = self.place(opening.ObjectPlacement)
        rel("IfcRelFillsElement", RelatingOpeningElement=opening, RelatedBuildingElement=door)
        slab = root("IfcSlab", "slab", PredefinedType="FLOOR")
        slab.ObjectPlacement = self.place(upper.ObjectPlacement)
        slab.Representation = self.shape(self.box(5000, 5000, 200))
        rel("IfcRelContainedInSpatialStructure", RelatedElements=[wall], RelatingStructure=ground)
        rel("IfcRelContainedInSpatialStructure", RelatedElements=[slab], RelatingStructure=upper)
        concrete, wool = new("IfcMaterial", v["slab_material"]), new("IfcMaterial", "Wool")
        layers = new(
            "IfcMaterialLayerSet",
            [new("IfcMaterialLayer", concrete, v["slab_layer"]), new("IfcMaterialLayer", wool, 80.0)],
        )
        rel("IfcRelAssociatesMaterial", RelatedObjects=[slab],
            RelatingMaterial=new("IfcMaterialLayerSetUsage", layers, "AXIS3", "POSITIVE", 0.0))  # fmt: skip
        walltype = root("IfcWallType", "walltype", Name="300 concrete", PredefinedType="STANDARD")
        rel("IfcRelDefinesByType", RelatedObjects=[wall], RelatingType=walltype)
        rel(
            "IfcRelAssociatesMaterial",
            RelatedObjects=[walltype],
            RelatingMaterial=new("IfcMaterial", "Wall concrete"),
        )
        square_foot = new(
            "IfcConversionBasedUnit",
            new("IfcDimensionalExponents", 2, 0, 0, 0, 0, 0, 0), "AREAUNIT", "sq ft",
            new("IfcMeasureWithUnit", new("IfcAreaMeasure", 0.09290304), self.square_metre),
        )  # fmt: skip
        self.quantity(
            "Qto_WallBaseQuantities", [wall],
            new("IfcQuantityLength", "Length", None, None, v["wall_length"]),
            new("IfcQuantityArea", "NetSideArea", None, None, v["wall_area"]),
            new("IfcQuantityArea", "OwnUnit", None, square_foot, 100.0),
            new("IfcQuantityVolume", "NetVolume", None, None, 4.5e6),
            new("IfcQuantityWeight", "NetWeight", None, None, 2.5e6),
            new("IfcPhysicalComplexQuantity", "Layers", None,
                [new("IfcQuantityLength", "Width", None, None, 300.0)], "layer", None, None),
        )  # fmt: skip
        type_quantity = new(
            "IfcElementQuantity", ifcopenshell.guid.new(), self.owner, "Type", None, None,
            [new("IfcQuantityLength", "Height", None, None, 3000.0)],
        )  # fmt: skip
        walltype.HasPropertySets = [type_quantity]
        grade = new("IfcPropertySingleValue", "StrengthClass", None, new("IfcLabel", v["wall_grade"]))
        rel("IfcRelDefinesByProperties", RelatedObjects=[wall],
            RelatingPropertyDefinition=root("IfcPropertySet", "Pset", HasProperties=[grade]))  # fmt: skip
        attribute = "ItemReference" if self.old else "Identification"
        for related, code in (([wall], "21.22"), ([walltype], "Ss_25")):
            reference = new("IfcClassificationReference", Name="n", **{attribute: code})
            rel("IfcRelAssociatesClassification", RelatedObjects=related, RelatingClassification=reference)

    def _steel(self, upper, space) -> None:
        v, new, root, rel = self.v, self.new, self.root, self.rel
        flat = new("IfcAxis2Placement2D", self.point(0, 0))
        sizes = (200.0, 190.0, 6.5, 10.0)
        profile = new("IfcIShapeProfileDef", "AREA", v["beam_profile"], flat, *sizes)
        solid = new(
            "IfcExtrudedAreaSolid", profile, self.axis(), new("IfcDirection", [0.0, 0.0, 1.0]), 4000.0
        )
        mapped = new("IfcRepresentationMap", self.axis(),
                     new("IfcShapeRepresentation", self.context, "Body", "SweptSolid", [solid]))  # fmt: skip
        beamtype = root(
            "IfcBeamType",
            "beamtype",
            RepresentationMaps=[mapped],
            PredefinedType="USERDEFINED",
            ElementType="Purlin",
        )
        beams = []
        for name, x in (("beam_a", 0.0), ("beam_b", 700.0)):
            beam = root("IfcBeam", name)
            beam.ObjectPlacement = self.place(upper.ObjectPlacement, x)
            target = new("IfcCartesianTransformationOperator3D", None, None, self.point(0, 0, 0))
            beam.Representation = self.shape(
                new("IfcMappedItem", mapped, target), kind="MappedRepresentation"
            )
            beams.append(beam)
        rel("IfcRelDefinesByType", RelatedObjects=beams, RelatingType=beamtype)
        rel("IfcRelContainedInSpatialStructure", RelatedElements=beams, RelatingStructure=upper)
        steel = new("IfcMaterial", "S355")
        if self.old:
            material = new("IfcMaterialList", [steel, new("IfcMaterial", "Paint")])
        else:
            material = new(
                "IfcMaterialProfileSet", None, None, [new("IfcMaterialProfile", None, None, steel, profile)]
            )
        rel("IfcRelAssociatesMaterial", RelatedObjects=[beams[0]], RelatingMaterial=material)
        assembly, part = root("IfcElementAssembly", "assembly"), root("IfcMember", "part")
        rel("IfcRelAggregates", RelatingObject=assembly, RelatedObjects=[part])
        rebar = root("IfcReinforcingBar", "rebar", SteelGrade="B500B", NominalDiameter=v["bar_diameter"])
        if self.old:
            rebar.CrossSectionArea, rebar.BarRole = 113e-6, "MAIN"
        else:
            rebar.PredefinedType = "MAIN"
        rebar.ObjectPlacement = self.place(upper.ObjectPlacement)
        line = new("IfcPolyline", [self.point(0, 0, 0), self.point(0, 0, 1500)])
        rebar.Representation = self.shape(
            new("IfcSweptDiskSolid", line, v["bar_radius"], None, 0.0, 1.0), kind="AdvancedSweptSolid"
        )
        plate = root("IfcPlate", "plate", ObjectType="Gusset")
        faces = []
        corners = [self.point(*c) for c in ((0, 0, 0), (100, 0, 0), (0, 100, 0), (0, 0, 12.5))]
        for a, b, c in ((0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 2, 3)):
            loop = new("IfcPolyLoop", [corners[a], corners[b], corners[c]])
            faces.append(new("IfcFace", [new("IfcFaceOuterBound", loop, True)]))
        plate.Representation = self.shape(new("IfcFacetedBrep", new("IfcClosedShell", faces)), kind="Brep")
        proxy = root("IfcBuildingElementProxy", "proxy", Tag=v["proxy_tag"])
        rel(
            "IfcRelContainedInSpatialStructure",
            RelatedElements=[proxy, assembly, plate],
            RelatingStructure=space,
        )
        rel("IfcRelContainedInSpatialStructure", RelatedElements=[rebar], RelatingStructure=upper)

    def _costs(self) -> None:
        new, root, rel = self.new, self.root, self.rel
        schedule, head = root("IfcCostSchedule", "schedule"), root("IfcCostItem", "cost_head")
        cubic = new("IfcSIUnit", None, "VOLUMEUNIT", None, "CUBIC_METRE")
        money = lambda amount: new("IfcMonetaryMeasure", amount)  # noqa: E731
        parts = [new("IfcCostValue", AppliedValue=money(amount)) for amount in (400.0, 100.0)]
        basis = new("IfcMeasureWithUnit", new("IfcVolumeMeasure", 1.0), cubic)
        by_volume = root(
            "IfcCostItem",
            "cost_slab",
            Identification="010101",
            CostValues=[new("IfcCostValue", UnitBasis=basis, Components=parts, ArithmeticOperator="ADD")],
            CostQuantities=[new("IfcQuantityVolume", "V", None, cubic, 5.0)],
        )
        lump = root("IfcCostItem", "cost_wall", CostValues=[new("IfcCostValue", AppliedValue=money(1234.5))])
        rel("IfcRelNests", RelatingObject=head, RelatedObjects=[by_volume, lump])
        rel("IfcRelAssignsToControl", RelatedObjects=[head], RelatingControl=schedule)
        task = root("IfcTask", "task", IsMilestone=False)
        rel("IfcRelAssignsToControl", RelatedObjects=[self.wall, task], RelatingControl=lump)

    def write(self, path: Path) -> Path:
        self.f.write(str(path))
        return path


def read_here(path: Path, work_folder: Path, accept_partial: bool = False) -> ModelReading:
    """Read in this process: quicker for many small files, and what it does is the same."""
    return read_in_child(str(path), str(work_folder), accept_partial, lambda stage, share: None)


def hashes(reading: ModelReading) -> dict[str, str]:
    return {element.global_id: element.content_hash for element in reading.elements}


_TOKEN = re.compile(r"'(?:[^']|'')*'|#\d+|(?<![A-Z0-9_])-?\d+\.\d*(?:E[+-]?\d+)?")


def rewritten(text: str, seed: int, digits: int = 15) -> str:
    """The same model with other instance numbers and order, other real formats and another owner history."""
    chance = random.Random(seed)
    head, _, rest = text.partition("DATA;")
    body, _, tail = rest.partition("ENDSEC;")
    statements = [part.strip() for part in re.findall(r"(?:'(?:[^']|'')*'|[^';])+;", body)]
    numbers = [int(re.match(r"#(\d+)", part).group(1)) for part in statements]
    new = dict(zip(numbers, chance.sample(range(1, 10 * len(numbers) + 1), len(numbers)), strict=True))

    def change(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith("'"):
            return token
        if token.startswith("#"):
            return f"#{new[int(token[1:])]}"
        value = float(token)
        form = chance.choice([f"{value:.{digits}G}", f"{value:.{digits}E}", repr(value).upper()])
        if "." not in form:
            mantissa, mark, exponent = form.partition("E")
            form = f"{mantissa}.{mark}{exponent}"
        return form

    changed = [_TOKEN.sub(change, part) for part in statements]
    changed = [
        re.sub(r"(=\s*IFCOWNERHISTORY\(.*,)(\d+)\);", r"\g<1>1700000000);", part, flags=re.S)
        for part in changed
    ]
    chance.shuffle(changed)
    return f"{head}DATA;\n" + "\n".join(changed) + f"\nENDSEC;{tail}"
