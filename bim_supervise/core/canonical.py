"""Canonical bytes and digests: the same content always hashes to the same SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import rfc8785

GENESIS_HASH = "0" * 64
"""What the first entry of a hash chain names as the hash before it: no SHA-256, so nothing can precede it."""


def canonical_json(value: Any) -> bytes:
    """RFC 8785 canonical JSON of plain data (str, int up to 2^53, float, bool, None, list, dict)."""
    return rfc8785.dumps(value)


def sha256_hex(data: bytes | Iterable[bytes]) -> str:
    """Lower-case hexadecimal SHA-256 of bytes, or of chunks of bytes in order."""
    digest = hashlib.sha256()
    for chunk in (data,) if isinstance(data, bytes) else data:
        digest.update(chunk)
    return digest.hexdigest()


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON of ``value``."""
    return sha256_hex(canonical_json(value))
