"""Every screen in both languages: what is said is said in the reader's language; names stay as they are.

What the project's own people and files named (tasks, elements, devices, ids) is taken out of each text first,
and words that both languages share. In what is left a Chinese screen shows no English word and an English one
no Chinese sign.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import bim_supervise_sample as sample
import pytest
from bim_supervise_ui.i18n import own_catalogue
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest
from test_ui_screens import healthy, look
from ui_site import PASSWORD, Site, noise

from bim_supervise.checkpoints.registry import load_packs

__all__ = ["look"]

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("today", {}),
    ("alarms", {"open": "alarm:{alarm}"}),
    ("timeline", {"task": "{task}"}),
    ("checkpoints", {}),
    ("checkpoints", {"id": "{checkpoint}"}),
    ("green", {"pack": "noise"}),
    ("cases", {"scope": "all"}),
    ("lots", {}),
    ("evidence", {}),
    ("evidence", {"view": "conflicts"}),
    ("evidence", {"device": "NM-N"}),
    ("viewer", {"element": "{element}"}),
    ("storey", {}),
    ("model", {}),
    ("model", {"view": "revisions"}),
    ("model", {"view": "review"}),
    ("model", {"view": "load"}),
    ("plans", {}),
    ("plans", {"view": "stored"}),
    ("plans", {"view": "compare"}),
    ("linking", {}),
    ("linking", {"view": "suggestions"}),
    ("linking", {"view": "draft"}),
    ("report", {}),
    ("records", {}),
    ("itp", {}),
    ("account", {}),
    *(("administration", {"view": view}) for view in ("devices", "senders", "feeds", "zones", "people")),
)
SAID = {
    "body",
    "label",
    "help",
    "placeholder",
    "content",
    "options",
    "text",
    "alt",
    "title",
    "header",
    "caption",
}
SHARED = re.compile(
    r"bim-supervise|English|中文|https?://\S*|\S+@\S+|"
    r"\b(?:GlobalId|Ifc\w+|Project|Primavera|mpxj|MPXJ|LAeq|LAFmax|Sparkplug|ChirpStack|SensorThings|Streamlit)\b|"
    r"tag-\*|\bmin\b|\bppm\b"
)
"""Names of formats, products, statistics and units that are the same in both languages."""
ENGLISH = re.compile(r"\b[A-Z]?[a-z]{2,}\b")
"""A word; abbreviations and codes in capitals are none."""
CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@pytest.fixture
def everything(site: Site) -> dict[str, str]:
    """Two people who may open every screen, one of each language, and something to see on each."""
    project = site.project
    for language in ("zh", "en"):
        project.add_user(language, PASSWORD, display_name="Wang 王", language=language)
        for capacity in (
            "administrator",
            "bim_coordinator",
            "quality_inspector",
            "chief_supervision_engineer",
        ):
            project.appoint(language, capacity, sample.START.date() - timedelta(days=9))
    project.evaluate()
    noise(project, "NM-N", 2, 61.0)
    element = next(row for row in project.elements() if row.tasks)
    point = project.checkpoints(user="zh")[0]
    return {
        "alarm": project.alarms()[0].id,
        "task": element.tasks[0],
        "checkpoint": point.id,
        "element": element.global_id,
    }


def _texts(screen: AppTest) -> Iterator[str]:
    """Every text of a screen, as short as its markup allows."""
    for node in screen.main:
        if node.type == "arrow_data_frame":
            frame = node.value
            yield from (str(name) for name in frame.columns)
            yield from {str(cell) for name in frame.columns for cell in frame[name].dropna()}
        elif (proto := getattr(node, "proto", None)) is not None:
            yield from _said(MessageToDict(proto))


def _said(value: Any, said: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _said(inner, key in SAID)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, said)
    elif isinstance(value, str) and said:
        spoken = re.findall(r'(?:title|alt|aria-label|placeholder)="([^"]*)"', value)
        shown = re.split(r"<[^>]*>", re.sub(r"(?s)<(style|code)\b.*?</\1>", " ", value))
        yield from (html.unescape(text).replace("\\", "") for text in (*spoken, *shown) if text.strip())


def _names(site: Site) -> re.Pattern[str]:
    """What people and files named: these words belong to the project."""
    project = site.project
    names: set[str | None] = {project.info().name, project.info().timezone, str(site.directory)}
    for task in project.tasks():
        names |= {task.id, task.name, task.wbs}
    for row in project.elements():
        names |= {row.global_id, row.name, row.tag, row.storey, row.material}
    for device in project.devices():
        names |= {device.id, device.name}
    names |= {device.owner for device in project.registered_devices()}
    for zone in project.zones():
        names |= {zone.id, zone.name}
    for user in project.users():
        names |= {user.name, user.display_name}
    for point in project.checkpoints(user="chief"):
        names |= {point.id, point.rule}
    names |= {name for model in project.models() for name in (model.file_name, model.authoring_tool)}
    names |= {str(plan["name"]) for plan in project.schedules()}
    return re.compile("|".join(re.escape(one) for one in sorted(filter(None, names), key=len, reverse=True)))


def test_no_screen_shows_a_word_of_the_other_language(
    look: Callable[..., AppTest], site: Site, everything: dict[str, str]
) -> None:
    names = _names(site)
    strange: dict[str, set[str]] = {}
    for screen, query in VIEWS:
        asked = {name: value.format(**everything) for name, value in query.items()}
        for language, foreign in (("zh", ENGLISH), ("en", CHINESE)):
            opened = look(screen, language, **asked)
            healthy(opened)
            for text in _texts(opened):
                left = SHARED.sub(" ", names.sub(" ", text))
                if foreign.search(left):
                    strange.setdefault(f"{language} {text}", set()).add(f"{screen} {query}")
    assert not strange, "\n".join(f"{text} | {where}" for text, where in sorted(strange.items()))


def test_what_a_shipped_pack_writes_beside_a_limit_has_chinese_words() -> None:
    limits = [limit for pack in load_packs().packs for limit in pack.limits]
    written = {f"limit_statistic.{limit.statistic}" for limit in limits}
    written |= {f"limit_clause.{limit.clause}" for limit in limits}
    written |= {f"limit_edition.{limit.edition}" for limit in limits}
    written |= {f"limit_note.{part}" for limit in limits for part in limit.note.split("; ")}
    spoken = {key for key in written if ENGLISH.search(SHARED.sub(" ", key.partition(".")[2]))}
    assert spoken - own_catalogue().keys("zh") == set()
