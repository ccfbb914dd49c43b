"""The element table against a bare ``ifcopenshell.open`` of the same file: CPU time and memory, as ratios.

``BIM_SUPERVISE_FULL=1`` makes the big files of the targets (109 MB of geometry, 45 MB of properties) with the
tool beside the test data; without it the single files are read and only reported.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

FULL = bool(os.environ.get("BIM_SUPERVISE_FULL"))
TABLE = """
import resource, sys, time
from pathlib import Path
from bim_supervise.model.read_source import read_source
from bim_supervise.model.read_table import table_of
base = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
start = time.process_time()
source = read_source(Path(sys.argv[1]), Path("."))
checked = time.process_time()
table = table_of(source, "model", False, lambda stage, share: None)
assert table.fast and table.elements and table.properties
took = time.process_time() - checked
print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - base)
"""
OPEN = """
import sys, time
import ifcopenshell
start = time.process_time()
model = ifcopenshell.open(sys.argv[1])
print(time.process_time() - start, 0)
"""


def run(script: str, path: Path, folder: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, cwd=folder
    )
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "copies", "most"),
    [("janesville_restaurant_2x3.ifc", 4, 0.8), ("office_a_2x3.ifc", 10, 1.1)],
)
def test_element_table(shared_data, tmp_path, capsys, name, copies, most):
    path = shared_data / "ifc" / name
    if FULL:
        tool = shared_data.parent / "tools" / "multiply_ifc.py"
        big = tmp_path / f"x{copies}.ifc"
        subprocess.run([sys.executable, str(tool), str(big), str(copies), str(path)], check=True)
        path = big
    pairs = [(run(TABLE, path, tmp_path), run(OPEN, path, tmp_path)) for _ in range(5 if FULL else 1)]
    table = statistics.median(mine[0] for mine, _ in pairs)
    opened = statistics.median(theirs[0] for _, theirs in pairs)
    memory = max(mine[1] for mine, _ in pairs) / path.stat().st_size
    with capsys.disabled():
        print(
            f"\n{path.name} of {name}: table {table / opened:.2f}x open ({table:.2f} s / {opened:.2f} s), "
            f"peak memory {memory:.1f}x the file"
        )
    if FULL:
        assert table / opened <= most
        assert memory <= 4.0
