"""The login page: one small HTML document without scripts, in Chinese or English, down to 360 px."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlencode

from bim_supervise.core.catalogue import Catalogue, load_catalogue
from bim_supervise.server.settings import OIDC_START

LOGIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

_LANGUAGE_NAMES = (("zh", "中文"), ("en", "English"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A red notice on the login page: catalogue keys of its sentence and its hint."""

    text: str
    hint: str = ""
    params: tuple[tuple[str, str], ...] = ()


class LoginPage:
    """Renders the login page from the server's own catalogue and template."""

    def __init__(self) -> None:
        here = files("bim_supervise.server")
        self._catalogue: Catalogue = load_catalogue([here / "catalogues"])
        self._template = Template((here / "pages" / "login.html").read_text("utf-8"))

    def render(
        self,
        *,
        language: str,
        csrf: str,
        chosen: str = "",
        next_path: str,
        project_name: str,
        name: str = "",
        notice: Notice | None = None,
        provider: str = "",
    ) -> str:
        """The whole document; every value is escaped. ``provider`` names an OpenID provider to offer."""

        def text(key: str, **params: str) -> str:
            return escape(self._catalogue.text(f"login.{key}", language, **params))

        focus = "autofocus"
        return self._template.substitute(
            html_language="zh-CN" if language == "zh" else "en",
            chosen=escape(chosen),
            title=text("title"),
            product=text("product"),
            claim=text("claim"),
            safety=text("safety"),
            project=escape(project_name),
            notice=self._notice(notice, language),
            csrf=escape(csrf),
            next=escape(next_path),
            name_label=text("name"),
            name=escape(name),
            focus_name="" if name else focus,
            password_label=text("password"),
            focus_password=focus if name else "",
            submit=text("submit"),
            provider=_way_to(text("oidc", provider=provider), next_path) if provider else "",
            language_label=text("language"),
            languages=_language_links(language, next_path),
        )

    def _notice(self, notice: Notice | None, language: str) -> str:
        if notice is None:
            return ""
        params = dict(notice.params)
        sentence = escape(self._catalogue.text(f"login.{notice.text}", language, **params))
        hint = escape(self._catalogue.text(f"login.{notice.hint}", language, **params)) if notice.hint else ""
        return f'<div class="bad" role="alert"><strong>{sentence}</strong><span>{hint}</span></div>'


def _way_to(label: str, next_path: str) -> str:
    target = escape(f"{OIDC_START}?" + urlencode({"next": next_path}))
    return f'<a class="other" href="{target}">{label}</a>'


def _language_links(current: str, next_path: str) -> str:
    links = []
    for code, label in _LANGUAGE_NAMES:
        target = escape("/login?" + urlencode({"lang": code, "next": next_path}))
        mark = ' aria-current="true"' if code == current else ""
        links.append(f'<a href="{target}" lang="{code}"{mark}>{label}</a>')
    return "".join(links)
