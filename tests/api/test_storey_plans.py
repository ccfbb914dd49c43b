"""Storeys from above: the outlines of the elements, what lies on top, and what cannot be drawn."""

from __future__ import annotations

import bim_supervise_sample as sample
import numpy as np
import pytest
from small_site import FixedClock

from bim_supervise.api import Project
from bim_supervise.core.errors import NotFound
from bim_supervise.model.space import area
from bim_supervise.model.space_outlines import box_from_above, seen_from_above


def solid(outline, height=3.0):
    """Corners and triangles of a prism over a star-shaped outline whose first corner sees all others."""
    count = len(outline)
    corners = np.array([(x, y, z) for z in (0.0, height) for x, y in outline])
    fan = [(0, place, place + 1) for place in range(1, count - 1)]
    top = [tuple(corner + count for corner in face) for face in fan]
    sides = [
        face
        for place in range(count)
        for after in [(place + 1) % count]
        for face in ((place, after, place + count), (after, after + count, place + count))
    ]
    return corners, np.array([*fan, *top, *sides])


def covered(rings):
    outer = max(rings, key=area)
    return area(outer) - sum(area(ring) for ring in rings if ring is not outer)


@pytest.mark.parametrize(
    ("outline", "expected"),
    [
        ([(0, 0), (4, 0), (4, 0.3), (0, 0.3)], 1.2),
        ([(0, 0), (6, 0), (6, 2), (2, 2), (2, 5), (0, 5)], 18.0),
        ([(0, 0), (3, 3), (2.8, 3.2), (-0.2, 0.2)], 1.2),
    ],
)
def test_an_outline_is_what_the_mesh_covers_not_the_box_around_it(outline, expected):
    rings = seen_from_above(*solid(outline))
    assert covered(rings) == pytest.approx(expected, abs=0.02)


def test_a_hole_stays_a_hole_and_a_sheet_covers_nothing():
    ring = [(0, 0), (4, 0), (4, 4), (0, 4), (1, 1), (3, 1), (3, 3), (1, 3)]
    corners = np.array([(x, y, 0.0) for x, y in ring])
    faces = np.array([(0, 1, 5), (0, 5, 4), (1, 2, 6), (1, 6, 5), (2, 3, 7), (2, 7, 6), (3, 0, 4), (3, 4, 7)])
    rings = seen_from_above(corners, faces)
    assert (len(rings), covered(rings)) == (2, pytest.approx(12.0, abs=0.02))
    sheet = np.array([(0.0, 0.0, 0.0), (4.0, 0.0, 0.0), (4.0, 0.0, 3.0), (0.0, 0.0, 3.0)])
    assert seen_from_above(sheet, np.array([(0, 1, 2), (0, 2, 3)])) is None
    assert box_from_above((0, 0, 0, 4, 0, 3)) is None


@pytest.fixture(scope="module")
def modelled(tmp_path_factory, staffed_site):
    import shutil

    directory = tmp_path_factory.mktemp("storeys") / "site"
    shutil.copytree(staffed_site, directory)
    opened = Project.open(directory, clock=FixedClock())
    opened.load_model(sample.model_path())
    yield opened
    opened.close()


def test_every_element_of_a_storey_is_drawn_or_named_as_not_drawn(modelled):
    rows = modelled.storeys()
    heights = [row.elevation for row in rows]
    assert heights == sorted(heights, reverse=True)
    elements = modelled.elements()
    boxes = {row.name: modelled.storey_plan(row.name) for row in rows}
    assert all(item.box for plan in boxes.values() for item in plan.elements), "no shapes were made yet"
    modelled.build_geometry()
    exact = {row.name: modelled.storey_plan(row.name) for row in rows}
    for name, plan in exact.items():
        ids = {item.global_id for item in plan.elements} | set(plan.undrawn)
        assert ids == {row.global_id for row in elements if row.storey == name}
    drawn = [item for plan in exact.values() for item in plan.elements]
    assert sum(not item.box for item in drawn) > 0.9 * len(drawn)
    for name, plan in exact.items():
        before = {item.global_id: item for item in boxes[name].elements}
        for item in plan.elements:
            if item.global_id in before and not item.box and len(item.rings) == 1:
                assert covered(item.rings) <= covered(before[item.global_id].rings) + 0.1, item.name


def test_codes_are_those_of_the_viewer_and_an_unknown_storey_is_refused(modelled):
    row = modelled.storeys()[0]
    plan = modelled.storey_plan(row.name)
    look = modelled.appearance([item.global_id for item in plan.elements])
    from bim_supervise.api.appearance import CODES

    for dimension, codes in CODES.items():
        assert [item.codes[dimension] for item in plan.elements] == [
            codes[place] for place in look["codes"][dimension]
        ]
    with pytest.raises(NotFound) as refused:
        modelled.storey_plan("attic")
    assert refused.value.code == "storey_unknown"
