"""The page for the pit: what people write there survives without signal and is sent when it is back.

The page and its script are kept by the browser; drafts with their photos lie in the browser's own store until
the server has taken them. A record or a non-conformance is sent by itself; a signature is made by the person,
with the password, over the evidence as it is then.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bim_supervise import api
from bim_supervise.core.catalogue import Catalogue, load_catalogue
from bim_supervise.core.errors import SupervisionError
from bim_supervise.core.wording import error_sentences
from bim_supervise.server.login import form_token
from bim_supervise.server.settings import SESSION_COOKIE

if TYPE_CHECKING:
    from collections.abc import Callable

    from bim_supervise.api import Project

_LARGEST_PHOTOS = 12
_LARGEST_PART = 21 << 20
_MIME = {"field.js": "text/javascript", "worker.js": "text/javascript", "field.css": "text/css"}
_WORDS = (
    "online", "offline", "sign_in", "as_of", "no_subject", "no_decision", "no_due", "written", "pictures",
    "again", "discard", "sure", "now_evidence", "password", "sign_now", "nothing", "no_camera", "language",
)  # fmt: skip
_LABELS = (
    "title", "purpose", "find", "look", "scan", "what", "about", "result", "pass", "fail", "item", "value",
    "unit", "sample", "name", "due", "decision", "accept", "reject", "text", "photos", "keep", "kept",
)  # fmt: skip


class FieldRoutes:
    """The page, its script, what it shows, and what it sends.

    Args:
        project: gives the open project; blocking, called in threads.
    """

    def __init__(self, project: Callable[[], Project]) -> None:
        self._project = project
        here = files("bim_supervise.server")
        self._catalogue: Catalogue = load_catalogue([here / "catalogues"])
        self._page = Template((here / "pages" / "field.html").read_text("utf-8"))
        self._assets = {name: (here / "pages" / name).read_text("utf-8") for name in _MIME}

    def routes(self) -> list[Route]:
        """``/field`` and what lies below it; all behind the session guard."""
        return [
            Route("/field", self.page, methods=["GET"]),
            Route("/field/data", self.data, methods=["GET"]),
            Route("/field/find", self.find, methods=["GET"]),
            Route("/field/send", self.send, methods=["POST"]),
            Route("/field/{name}", self.asset, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """The whole document in the person's language."""
        language = request.scope["state"]["user"].language
        words = {name: self._text(name, language) for name in _WORDS}
        labels = {name: escape(self._text(name, language)) for name in _LABELS}
        # "<" must not end the script element that carries the words.
        plain = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
        html = self._page.substitute(
            html_language="zh-CN" if language == "zh" else "en", words=plain, **labels
        )
        return HTMLResponse(html, headers={"cache-control": "no-cache"})

    async def asset(self, request: Request) -> Response:
        """The script, the style and the worker that keeps the page."""
        name = request.path_params["name"]
        if name not in self._assets:
            return PlainTextResponse("field", 404)
        headers = {"cache-control": "no-cache", "service-worker-allowed": "/field"}
        return Response(self._assets[name], media_type=_MIME[name], headers=headers)

    async def data(self, request: Request) -> Response:
        """What the form offers and what the evidence says now."""
        user = request.scope["state"]["user"]
        found = await to_thread.run_sync(lambda: self._known(user.name, user.language))
        found["form"] = form_token(request.cookies.get(SESSION_COOKIE, ""))
        return JSONResponse(found, headers={"cache-control": "no-store"})

    async def find(self, request: Request) -> Response:
        """What a scanned or typed code names: a checkpoint, an element, a task or a device."""
        code = request.query_params.get("code", "").strip()[:200]
        code = code.rsplit("=", 1)[-1].rsplit("/", 1)[-1] if "://" in code else code
        found = await to_thread.run_sync(lambda: self._project().find_by_code(code))
        return JSONResponse({"found": found}, headers={"cache-control": "no-store"})

    async def send(self, request: Request) -> Response:
        """Takes one draft; the same draft again changes nothing. Refusals come in the person's language."""
        user = request.scope["state"]["user"]
        if request.headers.get("x-form") != form_token(request.cookies.get(SESSION_COOKIE, "")):
            return JSONResponse({"error": self._text("expired", user.language)}, 403)
        async with request.form(max_files=_LARGEST_PHOTOS, max_part_size=_LARGEST_PART) as form:
            photos = [
                (str(item.filename), str(item.content_type), await item.read())
                for item in form.getlist("photo")
                if not isinstance(item, str)
            ]
            try:
                draft: dict[str, Any] = json.loads(str(form.get("draft")))
            except ValueError:
                return JSONResponse({"error": self._text("unreadable", user.language)}, 400)
        try:
            done = await to_thread.run_sync(lambda: self._take(user.name, draft, photos))
        except SupervisionError as error:
            headline, advice = error_sentences(error, user.language, self._project().catalogue())
            return JSONResponse({"error": f"{headline} {advice}".strip()})
        except (KeyError, TypeError, ValueError):
            return JSONResponse({"error": self._text("unreadable", user.language)}, 400)
        return JSONResponse({"done": self._text("done", user.language, what=done)})

    def _take(self, user: str, draft: dict[str, Any], photos: list[tuple[str, str, bytes]]) -> str:
        project = self._project()
        kind, _, subject = str(draft["subject"]).partition(":")
        typed = datetime.fromisoformat(str(draft["typed_at"]))
        text = str(draft.get("text") or "")
        if draft["type"] == "sign":
            signed = project.sign(
                subject, user, str(draft["decision"]), text,
                password=str(draft.get("password") or ""), typed_at=typed,
            )  # fmt: skip
            return f"{subject} · {signed['entry']}"
        if draft["type"] == "ncr":
            case = project.open_case(
                "ncr",
                user,
                api.CaseDraft(
                    title=str(draft.get("title") or ""),
                    text=text,
                    due=date.fromisoformat(str(draft["due"])),
                    photos=photos,
                    typed_at=typed,
                    data={"draft": str(draft["id"])},
                    **{f"{kind}s": [subject]},  # type: ignore[arg-type]
                ),
            )
            return case.id
        number = str(draft.get("number") or "").strip()
        value = float(number) if draft["type"] == "measured" and number else draft.get("value")
        project.record(
            user,
            api.SiteRecord(
                kind=str(draft["type"]),
                subject_type=kind,
                subject=subject,
                value=value,
                unit=str(draft.get("unit") or ""),
                item=str(draft.get("item") or ""),
                sample=str(draft.get("sample") or ""),
                text=text,
                photos=photos,
                typed_at=typed,
            ),
        )
        return subject

    def _known(self, user: str, language: str) -> dict[str, Any]:
        project = self._project()
        words = project.catalogue()

        def worded(name: str, value: Any) -> Any:
            if isinstance(value, datetime):
                return f"{value.astimezone(project.zone):%Y-%m-%d %H:%M}"
            known = words.text(f"{name}.{value}", language) if name == "capacity" else f"{name}.{value}"
            return value if known == f"{name}.{value}" else known

        def said(group: str, code: str, /, **params: Any) -> str:
            shown = {name: worded(name, value) for name, value in params.items()}
            text = words.text(f"{group}.{code}", language, **shown)
            return code.replace("_", " ") if text == f"{group}.{code}" else text

        points = [
            {
                "type": "checkpoint",
                "id": item.id,
                "title": f"{item.title.get(language) or item.title.get('en') or item.id} · {item.id}",
                "state": said("state", item.state),
                "evidence": [said("reason", one.reason, **one.params) for one in item.verdicts[:5]],
                "missing": [said("missing", one.code, **one.params) for one in item.missing],
                "may_sign": item.may_sign and bool(item.required_capacities),
            }
            for item in project.checkpoints(user=user)
        ]
        kinds = [kind for kind in api.RECORDS if project.may(user, api.record_right(kind))]
        types = [{"id": kind, "title": self._text(f"type_{kind}", language)} for kind in kinds]
        if project.may(user, "raise_ncr"):
            types.append({"id": "ncr", "title": self._text("type_ncr", language)})
        if any(point["may_sign"] for point in points):
            types.append({"id": "sign", "title": self._text("type_sign", language)})
        now = project.now().astimezone(project.zone)
        return {
            "as_of": f"{now:%Y-%m-%d %H:%M} {now:%Z}",
            "types": types,
            "checkpoints": points,
            "tasks": [
                {"type": "task", "id": row.id, "title": f"{row.wbs or ''} {row.name}".strip()}
                for row in project.tasks()
                if row.kind != "summary"
            ],
        }

    def _text(self, key: str, language: str, **params: str) -> str:
        return self._catalogue.text(f"field.{key}", language, **params)
