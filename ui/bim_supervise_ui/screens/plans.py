"""Plans: reading one before it becomes the plan, the stored ones, what changed between two, and hand-over."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, page, tables
from bim_supervise_ui.widgets.html import join, show, table, tag

_VIEWS = ("import", "stored", "compare")
_ENDINGS = ("xml", "xer", "csv", "ifc", "ifczip", "mpp", "pp", "pod", "sp", "fts")
_WIDTH = 980
_LISTED = 200
_COUNTS = (
    "tasks", "milestones", "summaries", "links", "lags", "constraints", "calendars", "resources",
    "assignments", "with_codes", "with_actuals", "with_baseline",
)  # fmt: skip


def draw() -> None:
    """Draws the screen; whoever may not load plans sees why, and the project refuses as well."""
    page.head(t("plans.title"), t("plans.purpose"))
    user = session.require_user()
    if not session.project().may(user.name, "load_plan"):
        show(notices.notice("wait", t("load.not_permitted"), t("load.not_permitted_hint")))
        return
    view = st.segmented_control(
        t("plans.view"),
        _VIEWS,
        format_func=lambda code: t(f"plans.view_{code}"),
        default="import",
        key="plans-view",
        required=True,
        label_visibility="collapsed",
    )
    with st.container(width=_WIDTH):
        {"import": _import, "stored": _stored, "compare": _compare}[view]()


def _attempt(job: Callable[[], Any]) -> Any:
    """What a job returns; None when it was refused, which is then shown."""
    user = session.require_user()
    try:
        with st.spinner(t("plans.running")):
            session.project().require(user.name, "load_plan")
            return job()
    except SupervisionError as error:
        notices.refused(error)
        return None


# -- import ------------------------------------------------------------------------------------------


def _import() -> None:
    project = session.project()
    with st.container(key="panel-plan-import"):
        page.section(t("plans.import"), t("plans.import_small"))
        file = st.file_uploader(t("load.file"), type=list(_ENDINGS), key="plan-file")
        with st.expander(t("load.mapping")):
            mapping = st.file_uploader(t("load.mapping_file"), type=["yaml", "yml"], key="plan-mapping")
        with st.container(horizontal=True, vertical_alignment="center"):
            read = st.button(t("plans.read"), key="plan-read", disabled=file is None)
            take = st.button(t("plans.take"), type="primary", key="plan-take", disabled=file is None)
        if file is None:
            st.session_state.pop("plan-report", None)
            show(tag("p", t("plans.import_hint"), cls="limit"))
            return
        if read:
            found = _attempt(lambda: _with_files(file, mapping, project.preview_schedule))
            st.session_state["plan-report"] = found and (False, found)
        if take:
            found = _attempt(lambda: _with_files(file, mapping, _load))
            if found is not None:
                session.changed()
            st.session_state["plan-report"] = found and (True, found)
        kept = st.session_state.get("plan-report")
        if kept:
            _report(kept[1], taken=kept[0])


def _load(path: Path, mapping: Path | None = None) -> dict[str, Any]:
    project = session.project()
    loaded: dict[str, Any] = project.load_schedule(path, mapping=mapping)
    calculated = project.calculate_schedule()
    return {**loaded, "problems": calculated["problems"], "critical": len(calculated["critical"])}


def _use(chosen: int) -> None:
    session.project().use_schedule(chosen)
    session.changed()
    st.rerun()


def _with_files(file: Any, mapping: Any, job: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bim-supervise-plan-") as folder:
        paths: list[Path | None] = []
        for number, upload in enumerate((file, mapping)):
            if upload is None:
                paths.append(None)
                continue
            # Only the last part of the browser's name is used: it may not lead out of the folder.
            path = Path(folder) / str(number) / Path(upload.name.replace("\\", "/")).name
            path.parent.mkdir()
            upload.seek(0)
            with path.open("wb") as out:
                shutil.copyfileobj(upload, out)
            paths.append(path)
        return job(paths[0], mapping=paths[1])


def _report(report: Mapping[str, Any], *, taken: bool) -> None:
    f = formats()
    headline = t("plans.taken") if taken else t("plans.looked")
    notices.good(headline, f"{report['name']} ({report['format']})")
    cells = [
        tag(
            "div",
            tag("div", label("field", name), cls="k"),
            tag("div", f.number(report[name], 0), cls="v small"),
            cls="figure",
        )
        for name in _COUNTS
    ]
    show(tag("section", tag("div", join(cells), cls="cards tight"), cls="card"))
    page.section(t("plans.skipped"), t("plans.skipped_small"))
    _reasons(report["skipped"], t("plans.nothing_skipped"), "skipped")
    page.section(t("plans.converted"), t("plans.converted_small"))
    _reasons(report["converted"], t("plans.nothing_converted"), "converted")
    page.section(t("plans.open_ends"), t("plans.open_ends_small"))
    show(
        tag(
            "p",
            t(
                "plans.open_count",
                starts=f.number(report["open_starts"], 0),
                finishes=f.number(report["open_finishes"], 0),
            ),
        )
    )
    if report["open_ends"]:
        with st.expander(t("plans.which", count=len(report["open_ends"]))):
            show(
                table(
                    [t("column.task"), t("column.name"), t("column.end")],
                    [(row["id"], row["name"], label("boundary", row["end"])) for row in report["open_ends"]],
                )
            )
    if report.get("problems"):
        page.section(t("plans.problems"), t("plans.problems_small"))
        _reasons(report["problems"], "", "problems")


def _reasons(items: list[Mapping[str, str]], none: str, key: str) -> None:
    """How often each reason was given, and one by one what it was given for."""
    f = formats()
    if not items:
        show(tag("p", none, cls="limit"))
        return
    counts = Counter(item["reason"] for item in items)
    show(
        table(
            [t("column.reason"), t("column.count")],
            [(label("skipped", reason), f.number(count, 0)) for reason, count in counts.most_common()],
            numeric=(1,),
        )
    )
    with st.expander(t("plans.which", count=len(items))):
        show(
            table(
                [t("column.what"), t("column.reason")],
                [(item["what"], label("skipped", item["reason"])) for item in items[:_LISTED]],
            )
        )
        cells: list[dict[str, object]] = [
            {t("column.what"): item["what"], t("column.reason"): label("skipped", item["reason"])}
            for item in items
        ]
        st.download_button(
            t("common.csv"),
            lambda: tables.csv_file(cells),
            file_name=f"plan-{key}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"csv-{key}",
        )


# -- stored plans ------------------------------------------------------------------------------------


def _stored() -> None:
    project = session.project()
    f = formats()
    rows = project.schedules()
    with st.container(key="panel-plans"):
        page.section(t("plans.stored"), t("plans.stored_small"))
        if not rows:
            show(notices.empty(t("timeline.none"), t("plans.import_hint")))
            return
        show(
            table(
                [
                    t("column.number"),
                    t("column.name"),
                    t("column.format"),
                    t("column.tasks"),
                    t("column.loaded"),
                ],
                [
                    (
                        row["id"],
                        row["name"],
                        row["format"],
                        f.number(row["tasks"], 0),
                        f.moment(row["loaded_at"]) + (f" · {t('plans.current')}" if number == 0 else ""),
                    )
                    for number, row in enumerate(rows)
                ],
                numeric=(0, 3),
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                t("plans.which_plan"),
                [row["id"] for row in rows],
                format_func=lambda number: _named(rows, number),
                key="plan-chosen",
                width=360,
            )
            if st.button(t("plans.use"), key="plan-use", disabled=chosen == rows[0]["id"]):
                _attempt(lambda: _use(chosen))
    with st.container(key="panel-plan-export"):
        page.section(t("plans.hand_over"), t("plans.hand_over_small"))
        with st.container(horizontal=True):
            _download("mspdi", "xml", project.export_mspdi, "application/xml")
            _download("ifc", "ifc", project.export_ifc_plan, "application/x-step")
        for kind in ("mspdi", "ifc"):
            made = st.session_state.get(f"plan-made-{kind}")
            if made and made[1]["dropped"]:
                _reasons(made[1]["dropped"], "", f"dropped-{kind}")


def _named(rows: list[dict[str, Any]], number: int) -> str:
    row = next(row for row in rows if row["id"] == number)
    return f"{number} · {row['name']}"


def _download(kind: str, ending: str, write: Callable[[Path], dict[str, Any]], mime: str) -> None:
    if st.button(t(f"plans.make_{kind}"), key=f"plan-make-{kind}"):

        def job() -> tuple[bytes, dict[str, Any]]:
            with tempfile.TemporaryDirectory(prefix="bim-supervise-plan-") as folder:
                file = Path(folder) / f"plan.{ending}"
                result = write(file)
                return file.read_bytes(), result

        st.session_state[f"plan-made-{kind}"] = _attempt(job)
    made = st.session_state.get(f"plan-made-{kind}")
    if made:
        st.download_button(
            t(f"plans.get_{kind}"),
            made[0],
            file_name=f"plan.{ending}",
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"plan-get-{kind}",
        )


# -- comparison --------------------------------------------------------------------------------------


def _compare() -> None:
    project = session.project()
    rows = project.schedules()
    with st.container(key="panel-plan-compare"):
        page.section(t("plans.compare"), t("plans.compare_small"))
        if len(rows) < 2:
            show(notices.empty(t("plans.compare_none"), t("plans.compare_none_hint")))
            return
        numbers = [row["id"] for row in rows]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            before = st.selectbox(
                t("plans.before"), numbers, index=1, format_func=lambda n: _named(rows, n), key="plan-before"
            )
            after = st.selectbox(
                t("plans.after"), numbers, index=0, format_func=lambda n: _named(rows, n), key="plan-after"
            )
            go = st.button(t("plans.compare_start"), type="primary", key="plan-compare")
        if go:
            st.session_state["plan-compared"] = _attempt(
                lambda: project.compare_schedules(str(before), str(after))
            )
        found = st.session_state.get("plan-compared")
        if found:
            _differences(found)


def _differences(found: Mapping[str, Any]) -> None:
    f = formats()
    counts = {
        "unchanged": found["unchanged"],
        "moved": len(found["moved"]),
        "changed": len(found["changed"]),
        "added": len(found["added"]),
        "removed": len(found["removed"]),
        "logic": len(found["links"]),
    }
    cells = [
        tag(
            "div",
            tag("div", t(f"plans.count_{name}"), cls="k"),
            tag("div", f.number(count, 0), cls="v small"),
            cls="figure",
        )
        for name, count in counts.items()
    ]
    show(tag("section", tag("div", join(cells), cls="cards tight"), cls="card"))
    show(
        tag(
            "p",
            t(
                "plans.finishes",
                before=f.wall(found["finish_before"]) if found["finish_before"] else UNKNOWN,
                after=f.wall(found["finish"]) if found["finish"] else UNKNOWN,
            ),
        )
    )
    if found["moved"]:
        with st.expander(f"{t('plans.count_moved')} ({len(found['moved'])})", expanded=True):
            show(
                table(
                    [t("column.task"), t("column.name"), t("column.start"), t("column.finish"),
                     t("column.shift_days")],
                    [
                        (
                            row["id"],
                            row["name"],
                            f"{_wall(row['start_before'])} → {_wall(row['start'])}",
                            f"{_wall(row['finish_before'])} → {_wall(row['finish'])}",
                            UNKNOWN
                            if row["finish_shift_hours"] is None
                            else f.number(row["finish_shift_hours"] / 24, 1),
                        )
                        for row in found["moved"][:_LISTED]
                    ],
                    numeric=(4,),
                )
            )  # fmt: skip
    if found["changed"]:
        with st.expander(f"{t('plans.count_changed')} ({len(found['changed'])})"):
            show(
                table(
                    [t("column.task"), t("column.name"), t("column.what")],
                    [
                        (
                            row["id"],
                            row["name"],
                            "; ".join(
                                f"{label('plan_field', one['field'])}: "
                                f"{_said(one['before'])} → {_said(one['after'])}"
                                for one in row["fields"]
                            ),
                        )
                        for row in found["changed"][:_LISTED]
                    ],
                )
            )
    for name in ("added", "removed"):
        if found[name]:
            with st.expander(f"{t(f'plans.count_{name}')} ({len(found[name])})"):
                show(
                    table(
                        [t("column.task"), t("column.name")],
                        [(row["id"], row["name"]) for row in found[name][:_LISTED]],
                    )
                )
    if found["links"]:
        with st.expander(f"{t('plans.count_logic')} ({len(found['links'])})"):
            show(
                table(
                    [t("column.what"), t("column.predecessor"), t("column.successor"), t("column.type"),
                     t("column.lag_hours")],
                    [
                        (
                            t(f"plans.link_{row['change']}"),
                            row["predecessor"],
                            row["successor"],
                            row["type"],
                            " → ".join(
                                f.number(lag / 60, 1)
                                for lag in (row["lag_minutes_before"], row["lag_minutes"])
                                if lag is not None
                            ),
                        )
                        for row in found["links"][:_LISTED]
                    ],
                )
            )  # fmt: skip


def _wall(moment: Any) -> str:
    return formats().wall(moment) if moment else UNKNOWN


def _said(value: Any) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part is not None)
    return str(value)
