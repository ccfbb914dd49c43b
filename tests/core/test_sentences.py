"""Every code and reason that a person can meet has a sentence in both languages, with values that exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.checkpoints.registry import load_packs
from bim_supervise.core.catalogue import LANGUAGES
from bim_supervise.core.errors import InputRefused, PermissionRefused, SupervisionError
from bim_supervise.core.wording import core_catalogue, error_sentences, placeholders, variants

PACKAGE = Path(str(files("bim_supervise")))
TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")
}
ERRORS = {
    "SupervisionError", "InputRefused", "NotFound", "PermissionRefused", "AuthenticationFailed",
    "StoreFailed",
}  # fmt: skip
PASSED_ON = {"core/child.py", "schedule/read_schedule.py"}
"""Where the code of another error is raised again."""
DATABASE = {"store_locked", "store_full", "store_damaged", "store_unreachable"}
"""Codes that store/database.py picks from a table."""


class Raised(NamedTuple):
    place: str
    code: str
    params: frozenset[str]


def _calls(room: str, *names: str) -> Iterator[tuple[str, ast.Call]]:
    for place, tree in TREES.items():
        if place.startswith(room):
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and getattr(node.func, "id", None) in names:
                    yield f"{place}:{node.lineno}", node


def _texts(node: ast.expr) -> list[str]:
    """The constant texts that an expression can be; nothing where one of them is worked out."""
    if isinstance(node, ast.IfExp):
        return _texts(node.body) + _texts(node.orelse)
    if isinstance(node, ast.BoolOp):
        return [text for value in node.values for text in _texts(value)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _raised() -> Iterator[Raised]:
    for place, call in _calls("", *ERRORS):
        params = frozenset(keyword.arg or "" for keyword in call.keywords)
        codes = _texts(call.args[0])
        file = place.rpartition(":")[0]
        if not codes and file == "store/database.py":
            codes = sorted(DATABASE)
        assert codes or file in PASSED_ON, f"{place}: the code is not written where it is raised"
        for code in codes:
            yield Raised(place, code, params)


RAISED = list(_raised())


def _keyword(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    if position is not None and len(call.args) > position:
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _assigned(places: tuple[str, ...], name: str) -> set[str]:
    """Texts that a name is given anywhere in these files."""
    return {
        text
        for place, tree in TREES.items()
        if place.startswith(places)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(getattr(target, "id", None) == name for target in node.targets)
        for text in _texts(node.value)
    }


def _returned(place: str, *functions: str) -> set[str]:
    """Texts that functions of a file return, alone or as the last of a tuple."""
    found: set[str] = set()
    for node in ast.walk(TREES[place]):
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    value = inner.value.elts[-1] if isinstance(inner.value, ast.Tuple) else inner.value
                    found |= set(_texts(value))
    return found - {""}


def _rejections() -> set[str]:
    found: set[str] = set()
    for _, call in _calls("events/", "Refused", "Unreadable"):
        found |= set(_texts(call.args[0]))
    for node in ast.walk(TREES["events/normalise.py"]):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "reject":
            found |= set(_texts(node.args[1])) | (
                {"row_unreadable"} if isinstance(node.args[1], ast.IfExp) else set()
            )
    fields = {text for _, call in _calls("events/", "field_reader") for text in _texts(call.args[1])}
    texts = {text for _, call in _calls("events/normalise.py", "clean_text") for text in _texts(call.args[1])}
    assert {"kind", "subject", "time"} <= fields
    assert {"kind", "subject", "unit", "reporter"} <= texts
    found |= {f"{field}_unmapped" for field in fields}
    found |= {f"{text}_{fault}" for text in texts for fault in ("missing", "invalid")}
    found |= {f"{kind}_{fault}" for kind in ("element", "task") for fault in ("unknown", "name_ambiguous")}
    return found


def _skips() -> set[str]:
    found: set[str] = set()
    for _, call in _calls("schedule/", "Skipped"):
        reason = _keyword(call, "reason", 1)
        assert reason is not None
        found |= set(_texts(reason))
    nodes = [node for place in TREES if place.startswith("schedule/") for node in ast.walk(TREES[place])]
    for node in nodes:
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) in ("skip", "convert"):
            found |= set(_texts(node.args[1]))
    found |= _assigned(("schedule/cpm", "schedule/read_mspdi"), "reason")
    found |= _assigned(("schedule/values.py",), "assumed")
    found |= {
        text for _, call in _calls("schedule/values.py", "Span") for text in _texts(call.keywords[-1].value)
    }
    found |= _returned("schedule/read_mspdi.py", "_reason_to_skip")
    # IfcWorkScheduleTypeEnum
    return found | {f"{kind}_work_schedule" for kind in ("actual", "baseline")}


def _unresolved() -> set[str]:
    found = {text for _, call in _calls("tracking/", "Unresolved") for text in _texts(call.args[1])}
    for _, call in _calls("tracking/", "UnresolvedRow"):
        reason = _keyword(call, "reason")
        assert reason is not None
        found |= set(_texts(reason))
    found |= {text for _, call in _calls("tracking/", "Unreadable") for text in _texts(call.args[0])}
    # A link table is read by the reader of observation files.
    csv = {
        text for _, call in _calls("events/sources_file.py", "Unreadable") for text in _texts(call.args[0])
    }
    return found | {reason for reason in csv if reason.startswith(("csv_", "encoding_"))}


def _warnings() -> set[str]:
    found = {text for _, call in _calls("model/", "warn") for text in _texts(call.args[0])}
    for _, call in _calls("model/", "ModelWarning"):
        code = _keyword(call, "code")
        assert code is not None
        found |= set(_texts(code))
    refusals = {item.code for item in RAISED if item.place.startswith("model/wholeness.py")}
    return found | (refusals - {"ifc_header_damaged"})


def _ledger() -> set[str]:
    found = _returned("ledger/checks.py", "_fault", "_use_of", "_use_of_any", "_signed_by") | _returned(
        "ledger/export.py", "read_header"
    )
    for _, call in _calls("ledger/checks.py", "found"):
        found |= set(_texts(call.args[0]))
    for _, call in _calls("ledger/export.py", "replace"):
        found |= set(_texts(_keyword(call, "reason") or ast.Constant(None)))
    for node in ast.walk(TREES["ledger/chain.py"]):
        if isinstance(node, ast.Assign):
            value = node.value.elts[-1] if isinstance(node.value, ast.Tuple) else node.value
            found |= {text for text in _texts(value) if "_" in text}
    return found - {""}


def _distrust() -> set[str]:
    codes = [_keyword(call, "code") for _, call in _calls("api/evidence.py", "Missing")]
    codes += [_keyword(call, "code") for _, call in _calls("api/doubts.py", "Missing")]
    codes += [call.args[0] for _, call in _calls("checkpoints/trust.py", "Doubt")]
    return {text for code in codes if code is not None for text in _texts(code)}


REASONS = {
    "reject": _rejections(),
    "skipped": _skips(),
    "unresolved": _unresolved(),
    "warning": _warnings(),
    "ledger": _ledger(),
    "distrust": _distrust(),
}


def test_the_search_finds_what_it_should() -> None:
    assert len({item.code for item in RAISED}) > 140
    assert {"in_the_future", "csv_quote_invalid", "row_unreadable", "row_empty"} <= REASONS["reject"]
    assert {"inactive", "month_length", "link_broken_by_constraint", "nameless"} <= REASONS["skipped"]
    assert {"task_start_differs", "bad_date", "csv_column_count"} <= REASONS["unresolved"]
    assert {"duplicate_global_id", "ifc_truncated", "utf8_bom"} <= REASONS["warning"]
    assert {"bytes_changed", "header_changed", "entries_missing", "head_differs"} <= REASONS["ledger"]
    assert {"signature_wrong", "key_unknown", "keys_differ", "format_downgraded"} <= REASONS["ledger"]
    assert {"calibration_expired", "reading_distrusted", "sender_unknown", "gap"} < REASONS["distrust"]
    assert {"stuck", "spike", "drifting"} < REASONS["distrust"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_sentence_and_an_advice(language: str) -> None:
    keys = core_catalogue().keys(language)
    wanted = {f"error.{item.code}.{part}" for item in RAISED for part in ("message", "hint")}
    assert sorted(wanted - keys) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", REASONS)
def test_every_reason_has_a_sentence(group: str, language: str) -> None:
    keys = core_catalogue().keys(language)
    assert sorted({f"{group}.{reason}" for reason in REASONS[group]} - keys) == []


def test_both_languages_have_the_same_keys() -> None:
    assert core_catalogue().keys("en") == core_catalogue().keys("zh")


@pytest.mark.parametrize("part", ["message", "hint"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_raise_carries_the_values_of_a_sentence(language: str, part: str) -> None:
    lacking = [
        f"{item.place} {item.code}"
        for item in RAISED
        if not any(
            wanted <= item.params for wanted in variants(core_catalogue(), language, item.code, part).values()
        )
    ]
    assert lacking == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_in_a_sentence_is_carried_by_some_raise(language: str) -> None:
    stray = []
    for code in sorted({item.code for item in RAISED}):
        carried = [item.params for item in RAISED if item.code == code]
        for part in ("message", "hint"):
            for key, wanted in variants(core_catalogue(), language, code, part).items():
                if not any(wanted <= params for params in carried):
                    stray.append(key)
    assert stray == []


def test_both_languages_show_the_same_values() -> None:
    catalogue = core_catalogue()
    different = [
        key
        for key in sorted(catalogue.keys("en"))
        if placeholders(catalogue.template(key, "en")) != placeholders(catalogue.template(key, "zh"))
    ]
    assert different == []


def test_the_chinese_sentences_are_chinese() -> None:
    catalogue = core_catalogue()
    plain = [
        key
        for key in sorted(catalogue.keys("zh"))
        if not key.startswith("error_form.")
        and not any("\u4e00" <= letter <= "\u9fff" for letter in catalogue.template(key, "zh"))
    ]
    assert plain == []


def test_the_registry_joins_them() -> None:
    for language in LANGUAGES:
        assert core_catalogue().keys(language) <= load_packs().catalogue.keys(language)


# ---- error_sentences ------------------------------------------------------------------------------


def test_an_error_speaks_both_languages() -> None:
    original = "line 3, column 7: the XML is malformed (syntax error)."
    error = InputRefused("xml_malformed", original, "Export.", line=3, column=7, reason="syntax error")
    message, hint = error_sentences(error, "zh")
    assert message == "第 3 行第 7 列：XML 格式错误（syntax error）。"
    assert "重新导出" in hint
    message, hint = error_sentences(error, "en")
    assert message == "Line 3, column 7: the XML is malformed (syntax error)."


def test_the_sentence_that_says_most_is_taken() -> None:
    params = {"value": 120.0, "field": "percent", "line": 4, "lowest": 0, "highest": 100}
    error = InputRefused("number_invalid", "line 4: 120 in column 'percent' is too much.", "", **params)
    assert "0 到 100" in error_sentences(error, "zh")[0]
    error = InputRefused(
        "number_invalid", "line 4: 'x' in Cost is not a number.", "", value="x", field="Cost", line=4
    )
    assert error_sentences(error, "zh")[0] == "第 4 行：Cost 的值“x”不是有效的数。"


def test_a_value_that_is_none_counts_as_not_known() -> None:
    error = InputRefused("yaml_invalid", "The mapping file 'm.yaml' is not valid YAML: bad.", "Correct it.",
                         file="m.yaml", line=None, column=None, problem="bad")  # fmt: skip
    assert error_sentences(error, "zh")[0] == "m.yaml 不是有效的 YAML：bad。"


def test_the_file_stands_before_a_sentence_that_does_not_name_it() -> None:
    error = InputRefused(
        "schedule_empty", "plan.xml: The MS Project XML holds no named task.", "", file="plan.xml"
    )
    assert error_sentences(error, "zh")[0].startswith("plan.xml：")


def test_what_a_sentence_would_lose_follows_in_the_original() -> None:
    error = InputRefused("reason_missing", "A signature of C-7 needs a reason.", "Say why.", checkpoint="C-7")
    message, _ = error_sentences(error, "zh")
    assert message.startswith("签认必须填写理由。")
    assert "A signature of C-7 needs a reason." in message


def test_an_unknown_code_keeps_its_own_text() -> None:
    error = SupervisionError("never_heard_of", "Something {odd} happened.", "Do {this}.")
    assert error_sentences(error, "zh") == ("Something {odd} happened.", "Do {this}.")


def test_capacities_are_named_in_words() -> None:
    error = PermissionRefused("capacity_not_required", "li holds none ...: chief_supervision_engineer.", "",
                              user="li", checkpoint="C-7", required=["chief_supervision_engineer"],
                              capacities=["chief_supervision_engineer"])  # fmt: skip
    assert "总监理工程师" in error_sentences(error, "zh", load_packs().catalogue)[0]
    assert "chief_supervision_engineer" in error_sentences(error, "zh")[0]


@given(
    item=st.sampled_from(RAISED),
    language=st.sampled_from(LANGUAGES),
    value=st.text(min_size=1, max_size=12) | st.integers() | st.none(),
)
def test_no_value_of_the_original_is_ever_lost(item: Raised, language: str, value: object) -> None:
    params = dict.fromkeys(sorted(item.params), value)
    original = f"Original <{value}>."
    message, hint = error_sentences(InputRefused(item.code, original, "Do it.", **params), language)
    assert message
    assert hint
    if params and value is not None:
        assert str(value) in message or original in message
