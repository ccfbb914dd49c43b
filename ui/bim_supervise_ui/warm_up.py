"""Loads once what every screen needs, before anybody looks."""

from __future__ import annotations

import importlib

from bim_supervise_ui.i18n import own_catalogue


def warm_up() -> None:
    """Imports the screens and the table library, and reads the sentences."""
    for name in ("pandas", "pyarrow", "bim_supervise_ui.shell"):
        importlib.import_module(name)
    own_catalogue()
