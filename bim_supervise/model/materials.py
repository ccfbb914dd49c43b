"""Materials and classification references as readable text."""

from __future__ import annotations

from collections.abc import Iterable

from bim_supervise.model.instances import Instances, Ref, number_of

_JOIN = " + "


def material_text(instances: Instances, definitions: Iterable[Ref], length_factor: float) -> str | None:
    """Names of the materials: layers with their thickness [mm], profiles and constituents in brackets.

    ``Concrete C30/37 (200 mm) + Mineral wool (80 mm)``, ``S355 (HEA200)``, ``Oak (Frame) + Glass (Pane)``.
    """
    texts: list[str] = []
    for definition in definitions:
        for text in _parts(instances, definition, length_factor):
            if text not in texts or "mm)" in text:
                texts.append(text)
    return _JOIN.join(texts) or None


def _parts(instances: Instances, number: Ref, factor: float) -> list[str]:
    if instances.is_a(number, "IfcMaterial"):
        return [instances.text(number, "Name") or "?"]
    if instances.is_a(number, "IfcMaterialLayerSetUsage"):
        number_of_set = instances.ref(number, "ForLayerSet")
        return [] if number_of_set is None else _parts(instances, number_of_set, factor)
    if instances.is_a(number, "IfcMaterialProfileSetUsage"):
        number_of_set = instances.ref(number, "ForProfileSet")
        return [] if number_of_set is None else _parts(instances, number_of_set, factor)
    for kind, attribute in (
        ("IfcMaterialList", "Materials"),
        ("IfcMaterialLayerSet", "MaterialLayers"),
        ("IfcMaterialProfileSet", "MaterialProfiles"),
        ("IfcMaterialConstituentSet", "MaterialConstituents"),
    ):
        if instances.is_a(number, kind):
            return [
                text for part in instances.refs(number, attribute) for text in _parts(instances, part, factor)
            ]
    name = instances.text(instances.ref(number, "Material"), "Name") or instances.text(number, "Name")
    if instances.is_a(number, "IfcMaterialLayer"):
        thickness = number_of(instances.get(number, "LayerThickness"))
        name = name or "air"
        return [name if thickness is None else f"{name} ({round(thickness * factor * 1000, 1):g} mm)"]
    if instances.is_a(number, "IfcMaterialProfile"):
        profile = instances.text(instances.ref(number, "Profile"), "ProfileName")
        return [f"{name or '?'} ({profile})" if profile else name or "?"]
    if instances.is_a(number, "IfcMaterialConstituent"):
        role = instances.text(number, "Name")
        return [f"{name} ({role})" if role and role != name else name or "?"]
    return []


def classification_codes(instances: Instances, references: Iterable[Ref]) -> list[str]:
    """The codes of classification references; the name where a reference has no code."""
    codes: list[str] = []
    for number in references:
        code = (
            instances.text(number, "Identification")
            or instances.text(number, "ItemReference")
            or _notation(instances, number)
            or instances.text(number, "Name")
        )
        if code and code not in codes:
            codes.append(code)
    return codes


def _notation(instances: Instances, number: Ref) -> str | None:
    facets = instances.refs(number, "NotationFacets")  # IfcClassificationNotation of IFC2X3
    values = [value for facet in facets if (value := instances.text(facet, "NotationValue"))]
    return ".".join(values) or None
