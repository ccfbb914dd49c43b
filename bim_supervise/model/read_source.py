"""From a path to the bytes of one SPF file: containers, encodings and files that are no IFC at all."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from bim_supervise.core.errors import InputRefused
from bim_supervise.model.elements import ModelWarning
from bim_supervise.model.spf_text import escaped, raw_encoding, schema_identifier

MAX_UNPACKED_BYTES = 4 << 30
"""Largest IFC that is unpacked from a zip."""
MAX_RATIO = 200
"""Largest packing ratio of a zip entry above ``RATIO_FREE_BYTES``; real models pack 4 to 40 times."""
RATIO_FREE_BYTES = 64 << 20

SUPPORTED_SCHEMAS = ("IFC2X3", "IFC4", "IFC4X3_ADD2")

_CHUNK = 1 << 20
_EXPORT_AGAIN = "Export the model again as IFC2X3, IFC4 or IFC4X3 in the STEP format (.ifc)."


@dataclass(frozen=True, slots=True)
class Source:
    """One SPF file, ready to be parsed.

    Attributes:
        path: what to parse: the file itself, or a corrected copy in the work folder.
        data: the bytes at ``path``.
        sha256: of the file as it was handed in.
        size_bytes: of the file as it was handed in.
        schema: a supported schema identifier.
        warnings: what was recovered on the way.
    """

    path: Path
    data: bytes
    sha256: str
    size_bytes: int
    schema: str
    warnings: tuple[ModelWarning, ...]


def read_source(path: Path, work_folder: Path) -> Source:
    """Read a file and make sure that it is one IFC in SPF form of a supported schema.

    Args:
        path: the file as handed in; an ``.ifc``, or a zip that holds one, under any name.
        work_folder: an existing folder for an unpacked or corrected copy; the caller removes it.

    Raises:
        InputRefused: with a code for each thing that a file can be instead; see the messages.
    """
    raw = _bytes_of(path)
    digest = hashlib.sha256(raw).hexdigest()
    warnings: list[ModelWarning] = []
    data = raw
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        entry, data = _unpack(path, raw)
        if path.suffix.lower() not in (".ifczip", ".zip"):
            warnings.append(
                ModelWarning(
                    code="zip_content", message=f"{path.name} is a zip; '{entry}' inside it was read."
                )
            )
    _refuse_other_formats(path, data)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        warnings.append(
            ModelWarning(
                code="utf8_bom",
                message=f"{path.name} begins with a UTF-8 byte order mark; it was ignored.",
            )
        )
    _refuse_other_text(path, data)
    schema = _supported_schema(path, data)
    encoding = raw_encoding(data)
    if encoding is not None:
        data = escaped(data, encoding)
        warnings.append(
            ModelWarning(
                code="raw_encoding",
                message=f"{path.name} holds unescaped characters above 127; they were read as "
                f"{encoding.upper()}. Check the names.",
            )
        )
    parsed = path
    if data is not raw:
        with tempfile.NamedTemporaryFile(dir=work_folder, suffix=".ifc", delete=False) as copy:
            copy.write(data)
        parsed = Path(copy.name)
    return Source(parsed, data, digest, len(raw), schema, tuple(warnings))


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.exists():
            raise InputRefused(
                "file_not_found",
                f"There is no file {path}.",
                "Check the path.",
                path=str(path),
                file=str(path),
            )
        if not path.is_file():
            raise InputRefused(
                "not_a_file",
                f"{path} is not a file.",
                "Name one IFC file, not a folder.",
                path=str(path),
                file=str(path),
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InputRefused(
            "file_unreadable",
            f"{path} cannot be read: {error.strerror}.",
            "Check the rights of the file.",
            path=str(path),
            file=str(path),
            problem=error.strerror,
        ) from error
    if not raw:
        raise InputRefused(
            "file_empty", f"{path.name} is empty (0 bytes).", "Copy or export the file again.", file=path.name
        )
    return raw


def _refuse_other_formats(path: Path, data: bytes) -> None:
    name = path.name
    if data.startswith(b"\x1f\x8b"):
        raise InputRefused(
            "gzip_compressed",
            f"{name} is gzip-compressed.",
            "Unpack it with gunzip, or hand in an .ifczip.",
            file=name,
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:64]:
        raise InputRefused(
            "utf16_encoded",
            f"{name} is encoded as UTF-16 or is binary; IFC files are plain ASCII.",
            "Save it as ASCII or UTF-8 without a byte order mark, or export the model again.",
            file=name,
        )


def _refuse_other_text(path: Path, data: bytes) -> None:
    name = path.name
    head = data[:4096].lstrip()
    if head.startswith(b"version https://git-lfs"):
        raise InputRefused(
            "git_lfs_pointer",
            f"{name} is a Git-LFS pointer of {len(data)} bytes, not the model.",
            "Run 'git lfs pull' in its repository, then load the real file.",
            file=name,
        )
    if head.startswith(b"<"):
        if b"<ifc" in head.lower() or b"ifcxml" in head.lower() or b"10303_28" in head:
            raise InputRefused(
                "ifcxml_unsupported",
                f"{name} is ifcXML, which is not read.",
                _EXPORT_AGAIN,
                file=name,
            )
        raise InputRefused("not_an_ifc", f"{name} is XML or HTML, not IFC.", _EXPORT_AGAIN, file=name)
    if not head.startswith((b"ISO-10303-21", b"/*")) or b"ISO-10303-21" not in data[: 1 << 16]:
        raise InputRefused(
            "not_an_ifc",
            f"{name} does not begin with ISO-10303-21: it is no IFC file.",
            _EXPORT_AGAIN,
            file=name,
        )


def _supported_schema(path: Path, data: bytes) -> str:
    schema = schema_identifier(data)
    if schema is None:
        raise InputRefused(
            "ifc_header_damaged",
            f"The header of {path.name} names no schema (FILE_SCHEMA is missing).",
            _EXPORT_AGAIN,
            file=path.name,
        )
    if schema not in SUPPORTED_SCHEMAS:
        raise InputRefused(
            "schema_unsupported",
            f"{path.name} is written in the schema {schema}; read are {', '.join(SUPPORTED_SCHEMAS)}.",
            _EXPORT_AGAIN,
            file=path.name,
            schema=schema,
        )
    return schema


def _unpack(path: Path, raw: bytes) -> tuple[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entry = _only_model(path, archive)
            return entry.filename, _unpacked(path, archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputRefused(
            "zip_damaged",
            f"The zip {path.name} cannot be unpacked: {error}.",
            "Pack the model again without encryption, or hand in the .ifc itself.",
            file=path.name,
            problem=str(error),
        ) from error


def _only_model(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [
        entry for entry in archive.infolist() if not entry.is_dir() and "__MACOSX/" not in entry.filename
    ]
    models = [entry for entry in files if entry.filename.lower().endswith(".ifc")]
    if not models:
        models = [entry for entry in files if _begins_like_spf(archive, entry)]
    if len(models) > 1:
        names = ", ".join(entry.filename for entry in models[:8])
        raise InputRefused(
            "zip_several_models",
            f"The zip {path.name} holds {len(models)} IFC files: {names}.",
            "Unpack it and load the models one by one.",
            file=path.name,
            count=len(models),
            names=names,
        )
    if models:
        return models[0]
    if any(entry.filename.lower().endswith((".ifcxml", ".xml")) for entry in files):
        raise InputRefused(
            "ifcxml_unsupported",
            f"The zip {path.name} holds ifcXML, which is not read.",
            _EXPORT_AGAIN,
            file=path.name,
        )
    raise InputRefused(
        "zip_without_model", f"The zip {path.name} holds no IFC file.", _EXPORT_AGAIN, file=path.name
    )


def _begins_like_spf(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if entry.flag_bits & 0x1:
        return False
    with archive.open(entry) as stream:
        return b"ISO-10303-21" in stream.read(4096)


def _unpacked(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    parts: list[bytes] = []
    size = 0
    packed = max(entry.compress_size, 1)
    with archive.open(entry) as stream:
        while part := stream.read(_CHUNK):
            size += len(part)
            if size > MAX_UNPACKED_BYTES or (size > RATIO_FREE_BYTES and size > MAX_RATIO * packed):
                raise InputRefused(
                    "zip_bomb",
                    f"'{entry.filename}' in {path.name} unpacks to more than {size / 2**20:.0f} MiB "
                    f"from {packed / 2**20:.2f} MiB and was stopped.",
                    "Unpack it yourself, check it, and load the .ifc.",
                    file=path.name,
                    entry=entry.filename,
                    mebibytes=f"{size / 2**20:.0f}",
                    packed_mebibytes=f"{packed / 2**20:.2f}",
                )
            parts.append(part)
    if not size:
        raise InputRefused(
            "file_empty",
            f"'{entry.filename}' in {path.name} is empty.",
            "Pack the model again.",
            file=path.name,
            entry=entry.filename,
        )
    return b"".join(parts)
