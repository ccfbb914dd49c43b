"""No text that people read calls what the ledger holds a legal signature."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("bim_supervise", "ui", "sample_models", "docs")
READ = {".yaml", ".md", ".html", ".typ", ".js", ".ts"}
SPOKEN = re.compile(
    r"legal(?:ly)?[\s-]+(?:valid|binding|effective|electronic|digital|qualified)?[\s-]*signature"
    r"|legally\s+(?:binding|valid|effective)|qualified\s+(?:electronic\s+)?signature"
    r"|legal\s+(?:effect|force|validity)|eIDAS"
    r"|电子签名|电子签章|数字签名|法律效力|法律意义|合法签名",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(?:not|never|no)\b[^.]*$|不是[^。]*$|并非[^。]*$|不具有?[^。]*$", re.IGNORECASE)


def texts():
    files = [ROOT / "README.md", *(ROOT / "docs").glob("verify_ledger.py")]
    for place in PLACES:
        files += [
            path
            for path in sorted((ROOT / place).rglob("*"))
            if path.suffix in READ and not {"node_modules", "migrations"} & set(path.parts)
        ]
    return files


def claims(text):
    """What a text says of legal signatures without denying it in the same sentence."""
    flat = re.sub(r"\s+", " ", text)
    found = []
    for match in SPOKEN.finditer(flat):
        sentence = re.split(r"(?<=[.!?。！？])", flat[: match.start()])[-1]
        if not DENIED.search(sentence):
            found.append(flat[max(0, match.start() - 60) : match.end() + 40])
    return found


@pytest.mark.parametrize(
    "said",
    [
        "Your legal signature is kept.",
        "Signed with a legally binding signature.",
        "It is not open. A legal electronic signature.",
        "本签认具有法律效力。",
        "可靠电子签名",
    ],
)
def test_the_search_finds_a_claim(said):
    assert claims(said)


def test_nothing_that_people_read_calls_it_a_legal_signature():
    read = {path: path.read_text("utf-8", "replace") for path in texts()}
    assert {path.suffix for path in read} >= {".yaml", ".md", ".html"}
    assert sum(bool(SPOKEN.search(re.sub(r"\s+", " ", text))) for text in read.values()) >= 4, "it is denied"
    found = {str(path.relative_to(ROOT)): claims(text) for path, text in read.items()}
    assert {name: said for name, said in found.items() if said} == {}
