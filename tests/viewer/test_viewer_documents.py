"""What the browser reads of a model: columns that say the same as the lists that Python reads."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json

import bim_supervise_sample as sample
import numpy as np
import pytest

from bim_supervise.api.viewer import SHAPES, drawing, look_columns
from bim_supervise.core.errors import NotFound


def column(text: str, kind: str) -> list[int]:
    return np.frombuffer(base64.b64decode(text), kind).tolist()


def test_a_scene_is_drawn_from_columns_and_the_boxes_that_shapes_do_not_tell():
    drawn = drawing(
        {
            "model": 3, "name": "<b>m</b>", "origin": [1.0, 2.0, 3.0], "frame": None, "chunks": [],
            "ids": ["a", "b\nc", "d"], "wholes": ["", "a", ""], "storeys": ["L1"], "storey": [0, -1, 0],
            "trade": [0, 1, 200], "shape": ["mesh", "none", "failed"],
            "boxes": [[0, 0, 0, 1, 1, 1], None, [2, 2, 2, 3, 3, 3]],
        }
    )  # fmt: skip
    assert drawn["ids"] == "a\nb c\nd"
    assert drawn["wholes"] == "\na\n"
    assert column(drawn["storey"], "<u2") == [1, 0, 1]
    assert column(drawn["trade"], "u1") == [0, 1, 200]
    assert [SHAPES[code] for code in column(drawn["shape"], "u1")] == ["mesh", "none", "failed"]
    assert drawn["boxes"] == {2: [2, 2, 2, 3, 3, 3]}
    assert drawn["name"] == "<b>m</b>"


def test_a_look_keeps_unknown_times_apart_from_early_ones():
    look = look_columns({"origin": "o", "codes": {"state": [0, 255]}, "times": {"proven": [-1, 0, 400_000]}})
    assert look["origin"] == "o"
    assert column(look["codes"]["state"], "u1") == [0, 255]
    assert column(look["times"]["proven"], "<i4") == [-1, 0, 400_000]


def test_the_documents_of_a_model_say_what_its_scene_says(project_of):
    project = project_of(sample.model_path())
    with pytest.raises(NotFound) as caught:
        project.chunk_names(1)
    assert caught.value.code == "geometry_missing"
    project.build_geometry()
    with pytest.raises(NotFound):
        project.chunk_names(99)
    scene = project.scene()
    name, body = project.drawing_document(1)
    drawn = json.loads(gzip.decompress(body))
    assert drawn["ids"].split("\n") == scene["ids"]
    assert [SHAPES[code] for code in column(drawn["shape"], "u1")] == scene["shape"]
    assert [place - 1 for place in column(drawn["storey"], "<u2")] == scene["storey"]
    assert project.drawing_document(1) == (name, body), "the same bytes have the same name"
    names = project.chunk_names(1)
    assert names == [chunk["file"] for chunk in drawn["chunks"]]
    for file in names:
        assert hashlib.sha256(gzip.decompress(project.geometry_file(file))).hexdigest().startswith(file[:16])
    look = json.loads(gzip.decompress(project.look_document(1)[1]))
    assert len(column(look["codes"]["state"], "u1")) == len(scene["ids"])
