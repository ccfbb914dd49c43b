"""Shapes of models: nothing lost, precise wherever it lies, made once."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import bim_supervise_sample as sample
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shape_files import read_chunk, read_shapes

from bim_supervise.model import geometry, geometry_pack
from bim_supervise.model.geometry import build_geometry
from bim_supervise.model.geometry_mesh import KERNELS, Meshes
from bim_supervise.model.geometry_pack import pack_in_child
from bim_supervise.model.geometry_rods import thinned, tube

FULL = os.environ.get("BIM_SUPERVISE_FULL") == "1"
CUBE = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
FACES = np.array([(0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1), (2, 3, 7), (2, 7, 6)])


def nothing(_stage: str, _share: float) -> None:
    pass


def packed(folder: Path, places: list[tuple[float, float, float]], size: float = 1.0):
    meshes = Meshes()
    for number, place in enumerate(places, 1):
        meshes.add(number, CUBE * size + place, FACES.astype(np.int32), np.zeros((0, 2), np.int32))
    (folder / "meshes").mkdir()
    meshes.save(folder / "meshes" / "1.npz")
    listing = [(number, f"guid{number}", "IfcSlab", True) for number in range(1, len(places) + 2)]
    return pack_in_child(str(folder / "meshes"), str(folder), listing, nothing)


def test_every_element_of_the_sample_has_its_shape_where_it_stands(project_of):
    project = project_of(sample.model_path())
    stages = []
    made = project.build_geometry(on_progress=lambda stage, share: stages.append((stage, share)))
    assert made["failed"] == []
    assert made["meshed"] == made["elements"] == len(project.elements())
    assert {stage for stage, _ in stages} == {"open", "mesh", "pack"}
    scene = project.scene()
    with project._store.reading() as work:
        boxes = {element.global_id: element.bounding_box for element in work.elements()}
    shapes = read_shapes(project.settings.geometry, scene)
    compared = 0
    for place, global_id in enumerate(scene["ids"]):
        mine = shapes.corners[shapes.elements == place].reshape(-1, 3)
        assert len(mine), global_id
        if box := boxes[global_id]:
            found = np.concatenate([mine.min(0), mine.max(0)])
            # Openings and Boolean cuts may make a shape smaller than its box, never bigger.
            assert (found[:3] >= np.array(box[:3]) - 0.02).all(), global_id
            assert (found[3:] <= np.array(box[3:]) + 0.02).all(), global_id
            compared += 1
    assert compared > 400


def test_shapes_are_made_once_and_the_same_again(project_of, monkeypatch):
    project = project_of(sample.model_path())
    first = project.build_geometry()
    names = sorted(path.name for path in project.settings.geometry.glob("*.gz"))
    (project.settings.geometry / "index" / f"{first['sha256']}.{geometry.FORMAT}").unlink()
    assert project.geometry_state().state == "absent"
    project.build_geometry()
    assert sorted(path.name for path in project.settings.geometry.glob("*.gz")) == names
    assert project.geometry_state().state == "ready"
    monkeypatch.setattr("bim_supervise.api.geometry.build_geometry", None)
    assert project.build_geometry() == first


def test_a_crashing_kernel_is_followed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(geometry, "KERNELS", ("no such kernel", *KERNELS))
    monkeypatch.setattr(geometry._Run.mesh, "__defaults__", (geometry.KERNELS,))
    manifest = build_geometry(sample.model_path(), tmp_path)
    assert {row["shape"] for row in manifest["elements"]} == {"mesh"}


def test_what_no_kernel_can_make_is_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(geometry._Run.mesh, "__defaults__", (("no such kernel",),))
    asked = []
    monkeypatch.setattr(
        geometry._Run, "_round", lambda _run, kernel, numbers: asked.append(len(numbers)) or _crash()
    )
    manifest = build_geometry(sample.model_path(), tmp_path)
    assert {row["shape"] for row in manifest["elements"]} == {"failed"}
    assert manifest["frame"] is None
    assert asked.count(1) == len(manifest["elements"]), "it was narrowed down to each alone"


def _crash():
    raise geometry.InputRefused("reader_crashed", "", "")


def test_a_stray_far_away_spoils_neither_precision_nor_the_first_view(tmp_path):
    places = [(500_000.0 + x, 4_000_000.0 + y, 10.0) for x in range(0, 60, 3) for y in range(0, 60, 3)]
    manifest = packed(tmp_path, [*places, (0.0, 0.0, 0.0), (900_000.0, 9_000_000.0, 0.0)])
    wide = np.array(manifest["frame"][3:]) - np.array(manifest["frame"][:3])
    assert (wide < 62).all()
    assert all(max(chunk["scale"]) < 0.0021 for chunk in manifest["chunks"])
    found = read_shapes(tmp_path, manifest)
    for place, row in enumerate(manifest["elements"][:-1]):
        wanted = [*places, (0.0, 0.0, 0.0), (900_000.0, 9_000_000.0, 0.0)][row["number"] - 1]
        low = found.corners[found.elements == place].reshape(-1, 3).min(0)
        assert np.abs(low - wanted).max() < 0.004
    assert manifest["elements"][-1]["shape"] == "failed", "what has a body and no mesh is listed behind"


def test_chunks_hold_at_most_65536_vertices(tmp_path):
    manifest = packed(tmp_path, [(x * 1.5, 0.0, 0.0) for x in range(9000)])
    assert len(manifest["chunks"]) >= 2
    assert all(chunk["vertices"] <= 65_536 for chunk in manifest["chunks"])
    assert [chunk["first"] for chunk in manifest["chunks"]] == np.cumsum(
        [0, *(chunk["elements"] for chunk in manifest["chunks"][:-1])]
    ).tolist()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2**16 - 1), min_size=1, max_size=50))
def test_planes_hold_any_values(values):
    body = geometry_pack._planes(np.array(values), 2)
    folded = np.frombuffer(body, np.uint8).astype(np.int64)
    folded = folded[: len(values)] | folded[len(values) :] << 8
    assert (np.cumsum((folded >> 1) ^ -(folded & 1)) & 0xFFFF).tolist() == values


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(*[st.floats(-5, 5)] * 3), min_size=2, max_size=12, unique=True), st.floats(0.004, 0.05)
)
def test_a_rod_is_a_closed_tube_around_its_line(points, radius):
    line = np.array(points)
    if (np.linalg.norm(np.diff(line, axis=0), axis=1) < 1e-3).any():
        return
    vertices, faces, _ = tube(line, radius)
    apart = np.linalg.norm(vertices.reshape(len(line), 6, 3) - line[:, None], axis=2)
    assert np.allclose(apart, radius)
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    assert (np.unique(sides, axis=0, return_counts=True)[1] == 2).all(), "every side has two faces"
    assert len(thinned(np.repeat(line, 1, axis=0))) == len(line)


def test_reinforcement_is_simplified_not_dropped(real_model, tmp_path):
    manifest = build_geometry(real_model("reinforcing_bar.ifc"), tmp_path)
    bars = [row for row in manifest["elements"] if row["class"] == "IfcReinforcingBar"]
    assert len(bars) == 13
    assert {row["shape"] for row in bars} == {"mesh"}
    assert sum(chunk["triangles"] for chunk in manifest["chunks"]) < 80_000


def test_a_model_that_crashes_the_first_kernel_loses_nothing(real_model, tmp_path):
    manifest = build_geometry(real_model("duplex_a_2x3.ifc"), tmp_path)
    assert [row["guid"] for row in manifest["elements"] if row["shape"] == "failed"] == []
    assert sum(row["shape"] == "mesh" for row in manifest["elements"]) == 215


@pytest.mark.skipif(not FULL, reason="BIM_SUPERVISE_FULL=1 for the big models")
def test_big_models_lose_nothing_silently(real_model, tmp_path):
    manifest = build_geometry(real_model("derived_schep_merged.ifczip"), tmp_path)
    shapes = [row["shape"] for row in manifest["elements"]]
    assert len(shapes) == 12_173
    assert shapes.count("mesh") >= 9_821
    assert shapes.count("failed") <= 68
    raw = sum(
        chunk["vertices"] * 16 + chunk["triangles"] * 12 + chunk["edges"] * 8 for chunk in manifest["chunks"]
    )
    assert sum(chunk["bytes"] for chunk in manifest["chunks"]) < 0.3 * raw


def test_meshing_leaves_no_memory_behind(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    build_geometry(sample.model_path(), tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB


def test_edges_and_triangles_of_a_chunk_stay_inside_it(project_of):
    project = project_of(sample.model_path())
    project.build_geometry()
    for chunk in project.scene()["chunks"]:
        positions, places, faces, edges = read_chunk(project.settings.geometry, chunk)
        assert faces.max() < len(positions)
        assert edges.max() < len(positions)
        assert (places[faces] == places[faces[:, :1]]).all(), "a triangle belongs to one element"
        assert set(places.tolist()) == set(range(chunk["elements"]))
