"""Settings files of this room: YAML with clear errors, and no surprises from YAML 1.1."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from bim_supervise.core.errors import InputRefused

_LARGEST = 5_000_000


class _Loader(yaml.SafeLoader):
    """Reads ``no`` and ``off`` as the words they are: they are values that inspectors write."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF")
)


def read_yaml(path: Path, what: str) -> Any:
    """The content of a YAML file; ``what`` names it in errors, e.g. ``"mapping"``.

    Raises:
        InputRefused: ``file_not_found``, ``file_too_large`` or ``yaml_invalid`` (with line and column).
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputRefused(
                "file_too_large",
                f"The {what} file '{path.name}' is larger than {_LARGEST // 1_000_000} MB.",
                f"A {what} file is a short YAML text; check that this is the right file.",
                file=path.name,
                megabytes=_LARGEST // 1_000_000,
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputRefused(
            "file_not_found",
            f"The {what} file '{path}' cannot be read: {error.strerror or error}.",
            "Check the path and its permissions.",
            file=str(path),
            problem=str(error.strerror or error),
        ) from error
    try:
        return yaml.load(data.decode("utf-8-sig"), Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputRefused(
            "yaml_invalid",
            f"The {what} file '{path.name}'{where} is not valid YAML: {problem}.",
            "Correct the file; indentation is by spaces, and text with ': ' or '#' needs quotes.",
            file=path.name,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
            problem=problem,
        ) from error
