"""Stable IFC GlobalIds: the same name gives the same id in every generation of the sample."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

_NAMESPACE = uuid5(NAMESPACE_URL, "https://github.com/bim-supervise/bim-supervise/sample")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"


def compress(uuid: UUID) -> str:
    """The 22 characters of a GlobalId: 128 bits in base 64, most significant first (IfcGloballyUniqueId)."""
    value = uuid.int
    return "".join(_ALPHABET[(value >> shift) & 63] for shift in range(126, -6, -6))


def global_id(kind: str, key: str) -> str:
    """The GlobalId of what is called ``key`` among its ``kind`` (``element``, ``task``, ``space`` ...)."""
    return compress(uuid5(_NAMESPACE, f"{kind}/{key}"))
