"""Ed25519 signatures (RFC 8032) and the keys that make them, kept only under their owner's password."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bim_supervise.core.errors import AuthenticationFailed
from bim_supervise.ledger.entries import entry_bytes
from bim_supervise.ledger.passwords import normal_form

_KDF = {"kdf": "argon2id", "time_cost": 3, "memory_kib": 65536, "lanes": 4, "cipher": "aes-256-gcm"}
"""RFC 9106, section 4, second recommended option."""

SIGNATURE = re.compile(rb',"signature":"([0-9a-f]{128})"')
"""Where a signature stands in the canonical bytes of an entry; what is signed is the bytes without this."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A person's opened key; it lives in memory for one signature and is never written."""

    private: Ed25519PrivateKey

    @property
    def public_key(self) -> str:
        """The public half, hexadecimal."""
        return self.private.public_key().public_bytes_raw().hex()


def new_key() -> SigningKey:
    """A fresh key from the system's random numbers."""
    return SigningKey(Ed25519PrivateKey.generate())


def seal(key: SigningKey, owner: str, password: str) -> dict[str, Any]:
    """The private key encrypted under its owner's password, with all that opening it needs besides."""
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derive(password, salt, _KDF)).encrypt(
        nonce, key.private.private_bytes_raw(), _bound(owner, key.public_key)
    )
    return {
        **_KDF, "salt": salt.hex(), "nonce": nonce.hex(), "public_key": key.public_key, "sealed": sealed.hex()
    }  # fmt: skip


def unseal(sealed: Mapping[str, Any], owner: str, password: str) -> SigningKey:
    """Open a sealed key.

    Raises:
        AuthenticationFailed: ``signing_key_locked``: another password, another owner, or damaged.
    """
    try:
        raw = AESGCM(_derive(password, bytes.fromhex(sealed["salt"]), sealed)).decrypt(
            bytes.fromhex(sealed["nonce"]),
            bytes.fromhex(sealed["sealed"]),
            _bound(owner, str(sealed["public_key"])),
        )
        return SigningKey(Ed25519PrivateKey.from_private_bytes(raw))
    except (InvalidTag, ValueError, KeyError) as error:
        raise AuthenticationFailed(
            "signing_key_locked",
            "The signing key does not open with this password.",
            "Type the password again; after a reset the next signature makes a new key.",
        ) from error


def signed_bytes(entry: Mapping[str, Any], key: SigningKey) -> bytes:
    """The canonical bytes of an entry with its signature over the canonical bytes without it.

    Raises:
        ValueError: the entry names another public key.
    """
    if entry["public_key"] != key.public_key:
        raise ValueError("the entry names another key than the one that signs it")
    signature = key.private.sign(entry_bytes(entry)).hex()
    return entry_bytes({**entry, "signature": signature})


def signature_and_message(data: bytes) -> tuple[str, bytes | None] | None:
    """The signature in the canonical bytes of an entry, and the bytes that it signs.

    None when there is no signature; the message is None when there are several.
    """
    found = SIGNATURE.search(data)
    if found is None:
        return None
    several = SIGNATURE.search(data, found.end())
    return found[1].decode(), None if several else data[: found.start()] + data[found.end() :]


def belongs(signature: str, message: bytes, public_key: str) -> bool:
    """Whether a signature was made over a message with the private half of a key; both hexadecimal."""
    try:
        _public(public_key).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signature_holds(data: bytes, public_key: str) -> bool:
    """Whether the one signature in the canonical bytes of an entry belongs to a key and the rest of them."""
    found = signature_and_message(data)
    return found is not None and found[1] is not None and belongs(found[0], found[1], public_key)


@lru_cache(maxsize=1024)
def _public(hexadecimal: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(hexadecimal))


def _derive(password: str, salt: bytes, parameters: Mapping[str, Any]) -> bytes:
    return hash_secret_raw(
        normal_form(password).encode(), salt, parameters["time_cost"], parameters["memory_kib"],
        parameters["lanes"], 32, Type.ID,
    )  # fmt: skip


def _bound(owner: str, public_key: str) -> bytes:
    # A sealed key that is moved to another account or beside another public key does not open.
    return f"bim-supervise signing key\n{owner}\n{public_key}".encode()
