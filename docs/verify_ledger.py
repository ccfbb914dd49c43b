"""Check an exported sign-off ledger without bim-supervise: python verify_ledger.py FILE [PRINTED-HEAD-HASH].

Needs Python 3.11 and the package "cryptography". It shares no code with the software that wrote the file. It
prints the public keys: compare them, and the head hash, with printed ones that you trust.
"""

import hashlib
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LINE = re.compile(rb'\{"entry":(.*),"hash":"([0-9a-f]{64})"\}\n', re.DOTALL)
SIGNED = {"hash": "sha256", "canonical": "rfc8785", "signature": "ed25519"}
EXACT = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}


class Broken(Exception):
    """Where (0: the header, else the number of the entry) and why the ledger does not hold."""


def read(data, place):
    """JSON that is written in exactly one way (RFC 8785; these files hold no fractions)."""
    try:
        value = json.loads(data)
        same = json.dumps(value, **EXACT).encode() == data
    except (ValueError, RecursionError):
        raise Broken(place, "no JSON") from None
    if same and isinstance(value, dict):
        return value
    raise Broken(place, "not in canonical form")


def holds(key, signature, message):
    """Whether an Ed25519 signature belongs to a message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_entry(number, data, last, project, keys):
    """One entry; ``keys`` holds the key of every signer so far and is carried on."""
    entry = read(data, number)
    before = entry.get("_after") or {"entries": entry["sequence"] - 1, "hash": entry["previous_hash"]}
    if before != {"entries": number - 1, "hash": last} or entry["project"] != project:
        raise Broken(number, "does not follow the entry before it")
    if "_after" not in entry:
        if keys or entry["format_version"] != 1:
            raise Broken(number, "is not signed although signatures had begun")
        return
    if (entry["format_version"], entry["algorithms"]) != (2, SIGNED):
        raise Broken(number, "has an unknown format")
    signer, key = entry["signer"], entry["public_key"]
    message = json.dumps({name: entry[name] for name in entry if name != "signature"}, **EXACT).encode()
    if not holds(key, entry["signature"], message):
        raise Broken(number, f"the signature of {signer} is wrong")
    if entry["type"] == "signing_key":
        if entry["replaces"] != keys.get(signer, (None,))[-1]:
            raise Broken(number, f"replaces a key that {signer} did not have")
        keys[signer] = (*keys.get(signer, ()), key)
    elif keys.get(signer, (None,))[-1] != key:
        raise Broken(number, f"was signed with a key that {signer} does not have")


def check(lines, printed=None):
    """Return header and keys of a ledger that holds; raise Broken with the place otherwise."""
    lines = iter(lines)
    header = read(next(lines, b"").removesuffix(b"\n"), 0)
    rest = {name: header[name] for name in header if name != "digest"}
    digest = hashlib.sha256(json.dumps(rest, **EXACT).encode()).hexdigest()
    if header.get("digest") != digest or header.get("format") != "bim-supervise-ledger":
        raise Broken(0, "the header was changed")
    last, number, keys = "0" * 64, 0, {}
    for number, line in enumerate(lines, 1):
        found = LINE.fullmatch(line)
        if not found or hashlib.sha256(found[1]).hexdigest().encode() != found[2]:
            raise Broken(number, "its bytes were changed")
        try:
            check_entry(number, found[1], last, header["project"], keys)
        except (KeyError, TypeError, AttributeError):
            raise Broken(number, "lacks a field or has one of another kind") from None
        last = found[2].decode()
    if (number, last, last) != (header["entries"], header["head"], printed or last):
        raise Broken(number + 1, "the end was cut off or the header rewritten")
    return header, keys


if __name__ == "__main__":
    try:
        with open(sys.argv[1], "rb") as file:
            header, keys = check(file, *sys.argv[2:3])
    except Broken as broken:
        sys.exit(f"BROKEN at entry {broken.args[0]}: {broken.args[1]}")
    print(f"holds: {header['entries']} entries, head {header['head']}")
    print(*(f"{signer}: {' then '.join(own)}" for signer, own in keys.items()), sep="\n")
