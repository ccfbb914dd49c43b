"""The login page: one small HTML document without scripts, in Chinese or English, down to 360 px."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from importlib.resources import files
from urllib.parse import urlencode

from bim_supervise.core.catalogue import Catalogue, load_catalogue

LOGIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

_STYLE = """
:root{color-scheme:light dark;--ink:light-dark(#16212b,#dde6ec);--soft:light-dark(#5a6a76,#8fa1ad);
--paper:light-dark(#f3f5f6,#0f161b);--card:light-dark(#fff,#151e25);--line:light-dark(#d4dbe0,#2a3740);
--accent:light-dark(#0b6470,#4fb3bf);--on:light-dark(#fff,#06181b);--red:light-dark(#a8261b,#ff9d8f);
--redbg:light-dark(#fbeae8,#3a1a17)}
*{box-sizing:border-box}html,body{margin:0;min-height:100%;background:var(--paper);color:var(--ink)}
body{font:15px/1.5 "Source Sans 3","Segoe UI",system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);min-height:100vh;min-height:100dvh}
aside{background:#12222a;color:#e6eff2;padding:clamp(24px,5vw,64px);display:flex;flex-direction:column;
justify-content:space-between;gap:32px;position:relative;overflow:hidden}
aside svg.plan{position:absolute;inset:0;width:100%;height:100%;opacity:.5}
aside>*{position:relative}.mark{display:flex;gap:10px;align-items:center;font-weight:600;letter-spacing:.01em}
.claim{font-size:clamp(20px,2.3vw,30px);line-height:1.32;font-weight:300;max-width:22em;margin:0;text-wrap:balance}
.note{font-size:13px;color:#9db4bd;margin:0}
main{display:flex;flex-direction:column;justify-content:center;padding:clamp(20px,5vw,64px);gap:20px}
form{width:100%;max-width:360px;display:flex;flex-direction:column;gap:16px}
h1{font-size:22px;margin:0;font-weight:600}.site{color:var(--soft);margin:2px 0 0;overflow-wrap:anywhere}
label{display:flex;flex-direction:column;gap:5px;font-size:13px;color:var(--soft)}
input{font:inherit;font-size:16px;color:var(--ink);background:var(--card);border:1px solid var(--line);
border-radius:4px;padding:10px 12px;width:100%}
input:focus-visible,button:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
button{font:inherit;font-weight:600;color:var(--on);background:var(--accent);border:0;border-radius:4px;
padding:11px 14px;cursor:pointer}button:hover{filter:brightness(1.08)}
.bad{border-left:3px solid var(--red);background:var(--redbg);padding:10px 12px;border-radius:0 4px 4px 0}
.bad strong{color:var(--red);display:block;font-weight:600}.bad span{font-size:13px}
nav{display:flex;gap:14px;font-size:13px}nav a{color:var(--soft);text-decoration:none;padding:6px 0}
nav a[aria-current]{color:var(--ink);font-weight:600;border-bottom:2px solid var(--accent)}
@media(max-width:760px){body{grid-template-columns:1fr;grid-template-rows:auto 1fr}
aside{padding:18px 20px;gap:10px}.claim{font-size:17px}.note{display:none}main{justify-content:flex-start}
form{max-width:none}}
"""

_MARK = (
    '<svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true"><path d="M4 21V5m0 16h18" '
    'fill="none" stroke="#4fb3bf" stroke-width="2"/><path d="M8 8h7M11 12.5h8M15 17h6" stroke="#e6eff2" '
    'stroke-width="3"/></svg>'
)

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 26 26'%3E%3Crect width='26' "
    "height='26' rx='5' fill='%2312222a'/%3E%3Cpath d='M6 6v14h14' fill='none' stroke='%234fb3bf' "
    "stroke-width='2'/%3E%3Cpath d='M9 9h5M11 13h6M14 17h5' stroke='%23e6eff2' stroke-width='2.5'/%3E%3C/svg%3E"
)


def _plan_drawing() -> str:
    """A quiet drawing of a bar chart over a grid, for the side panel."""
    bars = ((4, 8, 22), (14, 14, 18), (22, 20, 30), (34, 26, 16), (40, 32, 34), (58, 38, 22), (64, 44, 26))
    grid = "".join(
        f'<path d="M{x} 0V60" stroke="#fff" stroke-opacity=".05" stroke-width=".2"/>'
        for x in range(0, 101, 8)
    )
    plan = "".join(
        f'<rect x="{x}" y="{y + 2}" width="{w}" height="1.5" fill="#fff" fill-opacity=".07"/>'
        f'<rect x="{x}" y="{y + 4.4}" width="{w * 0.8:.1f}" height=".6" fill="#4fb3bf" fill-opacity=".35"/>'
        for x, y, w in bars
    )
    today = '<path d="M56 0V60" stroke="#e0a458" stroke-opacity=".5" stroke-width=".25"/>'
    return (
        '<svg class="plan" viewBox="0 0 100 60" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f"{grid}{plan}{today}</svg>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A red notice on the login page: catalogue keys of its sentence and its hint."""

    text: str
    hint: str = ""
    params: tuple[tuple[str, str], ...] = ()


class LoginPage:
    """Renders the login page from the server's own catalogue."""

    def __init__(self) -> None:
        self._catalogue: Catalogue = load_catalogue([files("bim_supervise.server") / "catalogues"])

    def render(
        self,
        *,
        language: str,
        csrf: str,
        next_path: str,
        project_name: str,
        name: str = "",
        notice: Notice | None = None,
    ) -> str:
        """The whole document; every value is escaped."""

        def text(key: str, **params: str) -> str:
            return escape(self._catalogue.text(f"login.{key}", language, **params))

        bad = ""
        if notice:
            params = dict(notice.params)
            hint = f"<span>{text(notice.hint, **params)}</span>" if notice.hint else ""
            bad = f'<div class="bad" role="alert"><strong>{text(notice.text, **params)}</strong>{hint}</div>'
        languages = "".join(
            f'<a href="/login?{escape(urlencode({"lang": code, "next": next_path}))}" lang="{code}"'
            + (' aria-current="true">' if code == language else ">")
            + f"{label}</a>"
            for code, label in (("zh", "中文"), ("en", "English"))
        )
        return (
            f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta name="robots" content="noindex"><title>{text("title")} · bim-supervise</title>'
            f'<link rel="icon" href="{_ICON}"><style>{_STYLE}</style></head><body>'
            f'<aside>{_plan_drawing()}<div class="mark">{_MARK}<span>bim-supervise · {text("product")}</span></div>'
            f'<p class="claim">{text("claim")}</p><p class="note">{text("safety")}</p></aside>'
            f'<main><form method="post" action="/login"><div><h1>{text("title")}</h1>'
            f'<p class="site">{escape(project_name)}</p></div>{bad}'
            f'<input type="hidden" name="csrf" value="{escape(csrf)}">'
            f'<input type="hidden" name="next" value="{escape(next_path)}">'
            f'<input type="hidden" name="lang" value="{language}">'
            f'<label>{text("name")}<input name="name" value="{escape(name)}" autocomplete="username" '
            f'autocapitalize="none" spellcheck="false" required maxlength="128"{"" if name else " autofocus"}></label>'
            f'<label>{text("password")}<input name="password" type="password" autocomplete="current-password" '
            f'required maxlength="1024"{" autofocus" if name else ""}></label>'
            f'<button type="submit">{text("submit")}</button>'
            f'<nav aria-label="{text("language")}">{languages}</nav></form></main></body></html>'
        )
