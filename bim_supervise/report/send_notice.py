"""Notices out: webhooks of WeCom, DingTalk and Feishu robots, any other webhook, and e-mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
import time
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

CHANNELS = ("wecom", "dingtalk", "feishu", "webhook", "email")
"""Ways out."""
TIMEOUT_S = 10.0
_LONGEST_ANSWER = 65_536


class NotSentError(Exception):
    """A notice did not go out; the text says why and holds no secret.

    ``sure`` tells whether it certainly did not arrive, so that it may be sent again.
    """

    def __init__(self, problem: str, *, sure: bool) -> None:
        super().__init__(problem)
        self.sure = sure


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where a notice goes: the URL of a robot, or ``smtp[s]://user:password@host:port/address`` for e-mail.

    ``secret`` signs messages of DingTalk and Feishu robots that ask for it.
    """

    channel: str
    url: str
    secret: str | None = None


def send_notice(way: Way, title: str, text: str, data: dict[str, Any]) -> None:
    """Send one notice.

    Args:
        way: where to.
        title: one line.
        text: the whole message.
        data: the same as plain data, for a webhook of one's own.

    Raises:
        NotSentError: it was refused, or nobody answered.
    """
    if way.channel == "email":
        _mail(way, title, text)
    else:
        url, body = request_of(way, text, data, now_s=time.time())
        _check(way.channel, _post(url, body))


def request_of(way: Way, text: str, data: dict[str, Any], *, now_s: float) -> tuple[str, dict[str, Any]]:
    """URL and JSON body of a notice for a robot.

    Args:
        way: where to; not e-mail.
        text: the message.
        data: sent as it is to a webhook of one's own.
        now_s: the present [s since 1970], which signed robots check.
    """
    if way.channel == "webhook":
        return way.url, {**data, "text": text}
    if way.channel == "feishu":
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        if way.secret:
            stamp = str(int(now_s))
            digest = hmac.new(f"{stamp}\n{way.secret}".encode(), b"", hashlib.sha256).digest()
            body |= {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
        return way.url, body
    url = way.url
    if way.channel == "dingtalk" and way.secret:
        stamp = str(round(now_s * 1000))
        digest = hmac.new(way.secret.encode(), f"{stamp}\n{way.secret}".encode(), hashlib.sha256).digest()
        sign = quote(base64.b64encode(digest).decode(), safe="")
        url += f"{'&' if '?' in url else '?'}timestamp={stamp}&sign={sign}"
    return url, {"msgtype": "text", "text": {"content": text}}


class _NoRedirect(HTTPRedirectHandler):
    """A robot does not move; whoever redirects the alarm elsewhere is refused."""

    def redirect_request(self, *_: Any) -> None:
        """No."""


def _post(url: str, body: dict[str, Any]) -> bytes:
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = Request(url, content, headers)  # noqa: S310 - the scheme is checked where contacts are read
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
            found: bytes = answer.read(_LONGEST_ANSWER)
            return found
    except HTTPError as error:
        raise NotSentError(f"HTTP {error.code}", sure=error.code < 500) from None
    except URLError as error:
        refused = isinstance(error.reason, ConnectionRefusedError | ssl.SSLCertVerificationError)
        raise NotSentError(f"not reached ({type(error.reason).__name__})", sure=refused) from None
    except OSError as error:
        raise NotSentError(f"no answer ({type(error).__name__})", sure=False) from None


def _check(channel: str, answer: bytes) -> None:
    """Robots answer 200 and say in the body whether they took the message."""
    if channel == "webhook":
        return
    try:
        said = json.loads(answer)
        code = said.get("errcode", said.get("code", said.get("StatusCode", 0)))
    except (ValueError, AttributeError):
        raise NotSentError("the answer is no answer of a robot", sure=False) from None
    if code != 0:
        raise NotSentError(f"the robot refused it (code {code})", sure=True)


def _mail(way: Way, title: str, text: str) -> None:
    parts = urlsplit(way.url)
    address = unquote(parts.path.lstrip("/"))
    message = EmailMessage()
    message["Subject"], message["To"] = title, address
    user = unquote(parts.username or "")
    message["From"] = user if "@" in user else address
    message.set_content(text)
    host, tls = parts.hostname or "", parts.scheme == "smtps"
    try:
        connect = smtplib.SMTP_SSL if tls else smtplib.SMTP
        with connect(host, parts.port or (465 if tls else 25), timeout=TIMEOUT_S) as server:
            if user:
                if not tls:
                    server.starttls(context=ssl.create_default_context())
                server.login(user, unquote(parts.password or ""))
            server.send_message(message)
    except smtplib.SMTPResponseException as error:
        raise NotSentError(f"SMTP {error.smtp_code}", sure=True) from None
    except (smtplib.SMTPException, OSError) as error:
        refused = isinstance(error, ConnectionRefusedError | smtplib.SMTPRecipientsRefused)
        raise NotSentError(f"no mail ({type(error).__name__})", sure=refused) from None
