"""Login at an OpenID provider: both really run, and a person's browser goes between them."""

from __future__ import annotations

import html
import json
import os
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import httpx
import pytest
from oidc_provider import CLIENT, SECRET, Provider
from typer.testing import CliRunner
from ui_site import PASSWORD, Server, copy_site

from bim_supervise import config
from bim_supervise.cli import app
from bim_supervise.core.errors import AuthenticationFailed, InputRefused, NotFound, PermissionRefused


@pytest.fixture(scope="module")
def provider():
    with Provider() as running:
        yield running


@pytest.fixture(scope="module")
def known_site(site_template, tmp_path_factory):
    site = copy_site(site_template, tmp_path_factory.mktemp("oidc") / "site")
    site.project.add_user("admin", PASSWORD)
    site.project.appoint("admin", "administrator", site.project.today())
    site.project.add_user("newcomer", PASSWORD)
    yield site
    site.project.close()


@pytest.fixture(scope="module")
def served(known_site, provider, tmp_path_factory):
    """The server as ``serve`` starts it, with the provider in its environment."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("STREAMLIT_")}
    environment |= {
        config.OIDC_ISSUER_VARIABLE: provider.issuer,
        config.OIDC_CLIENT_VARIABLE: CLIENT,
        config.OIDC_SECRET_VARIABLE: SECRET,
        config.OIDC_NAME_VARIABLE: "Site <ID>",
    }
    code = (
        "import sys; from bim_supervise.server import serve; from bim_supervise.config import"
        " find_oidc_settings; serve(sys.argv[1], port=0, oidc=find_oidc_settings(),"
        " on_ready=lambda url: print(url, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(known_site.directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=environment,
    )
    log = []
    reader = threading.Thread(target=lambda: log.extend(process.stderr), daemon=True)
    reader.start()
    url = process.stdout.readline().strip()
    assert url, "".join(log)
    yield Server(url, known_site)
    process.terminate()
    process.wait(30)
    reader.join(30)
    assert SECRET not in "".join(log)
    assert "Traceback" not in "".join(log)


MACHINES = (f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(60_000))


@pytest.fixture
def browser(served, provider):
    """A browser that keeps cookies and follows nothing by itself, on a machine from which nobody failed."""
    provider.forgive()
    machine = httpx.HTTPTransport(local_address=next(MACHINES))
    headers = {"accept": "text/html", "accept-language": "en"}
    with served.client(headers=headers, transport=machine) as client:
        yield client


def to_provider(browser, path="/"):
    """Begins at the login page; the provider's answer is the way back."""
    page = browser.get("/login", params={"next": path}).text
    links = [html.unescape(part.split('"')[0]) for part in page.split('href="') if "/login/oidc" in part[:12]]
    assert len(links) == 1
    assert "Sign in with Site &lt;ID&gt;" in page
    away = browser.get(links[0])
    assert away.status_code == 302, away.text
    answer = httpx.get(away.headers["location"])
    assert answer.status_code == 302
    return urlsplit(answer.headers["location"])


def back(browser, way):
    return browser.get(f"{way.path}?{way.query}", headers={"sec-fetch-site": "cross-site"})


def events(site):
    return [(item.event, item.subject, item.user, item.by) for item in site.project.identity_events("admin")]


@pytest.fixture
def linked(known_site, provider):
    known_site.project.link_identity("specialist", provider.issuer, "2483", user="admin")
    yield "specialist"
    known_site.project.unlink_identity(provider.issuer, "2483", user="admin")


def test_a_linked_identity_opens_the_session_of_its_account(browser, served, provider, linked):
    way = to_provider(browser, "/timeline?x=1")
    assert way.path == "/login/oidc/back"
    entered = back(browser, way)
    assert (entered.status_code, entered.headers["location"]) == (303, "/timeline?x=1")
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert served.site.project.session_user(browser.cookies["bim_session"]).name == "specialist"
    assert browser.get("/timeline").status_code == 200
    assert events(served.site)[0] == ("entered", "2483", "specialist", None)
    asked = provider.asked[-1]
    assert asked["scope"] == "openid"
    assert asked["redirect_uri"] == f"{served.url}/login/oidc/back"

    again = back(browser, way)
    assert again.status_code == 401, "a state opens the door once"


def test_signing_still_asks_for_the_password_of_the_account(browser, served, linked):
    assert back(browser, to_provider(browser)).status_code == 303
    project = served.site.project
    name = project.session_user(browser.cookies["bim_session"]).name
    capacity = "specialist_supervision_engineer"
    point = next(item.id for item in project.checkpoints() if capacity in item.required_capacities)
    before = project.verify_ledger()["entries"]
    for password in ("", "wrong one", "2483"):
        with pytest.raises(AuthenticationFailed):
            project.sign(point, name, "reject", "seen on site", password=password)
    assert project.verify_ledger()["entries"] == before
    project.sign(point, name, "reject", "seen on site", password=PASSWORD)
    assert project.verify_ledger()["entries"] == before + 2, "the key and the signature"


def test_an_identity_that_nobody_linked_is_refused_told_and_kept(browser, served, provider):
    provider.subject = "<b>stranger</b>"
    people = {item.name: item.capacities for item in served.site.project.users()}
    refused = back(browser, to_provider(browser))
    assert refused.status_code == 403
    assert f"&lt;b&gt;stranger&lt;/b&gt; at {provider.issuer}" in refused.text
    assert "bim_session" not in browser.cookies
    assert events(served.site)[0] == ("refused", "<b>stranger</b>", None, None)
    assert {item.name: item.capacities for item in served.site.project.users()} == people


def test_an_account_without_appointment_enters_and_sees_nothing(browser, served, provider):
    project = served.site.project
    provider.subject = "new"
    project.link_identity("newcomer", provider.issuer, "new", user="admin")
    assert back(browser, to_provider(browser)).status_code == 303
    assert browser.get("/").status_code == 403
    assert project.user("newcomer").capacities == ()
    project.unlink_identity(provider.issuer, "new", user="admin")
    assert project.session_user(browser.cookies["bim_session"]) is None, "its sessions ended"
    assert [item[0] for item in events(served.site)[:3]] == ["unlinked", "entered", "linked"]


SPOILED = {
    "nonce of another login": lambda claims: claims.update(nonce="0" * 20),
    "no nonce": lambda claims: claims.pop("nonce"),
    "for another client": lambda claims: claims.update(aud="another"),
    "for others only": lambda claims: claims.update(aud=["another", "third"]),
    "to nobody": lambda claims: claims.pop("aud"),
    "of another issuer": lambda claims: claims.update(iss="https://elsewhere.example"),
    "expired": lambda claims: claims.update(exp=claims["iat"] - 3600, iat=claims["iat"] - 7200),
    "without end": lambda claims: claims.pop("exp"),
    "about nobody": lambda claims: claims.pop("sub"),
    "about an empty name": lambda claims: claims.update(sub=" "),
    "about a number": lambda claims: claims.update(sub=2483),
}


@pytest.mark.parametrize("flaw", [*SPOILED, "none", "HS256", "key as secret", "another key", "absent"])
def test_a_token_that_does_not_hold_lets_nobody_in(browser, served, provider, linked, flaw):
    if flaw in SPOILED:
        provider.spoil = SPOILED[flaw]
    else:
        provider.alg = flaw
    before = events(served.site)
    refused = back(browser, to_provider(browser))
    assert refused.status_code == 401, refused.text
    assert "bim_session" not in browser.cookies
    assert events(served.site) == before


def test_a_state_counts_only_in_the_browser_that_began(browser, served, provider, linked):
    way = to_provider(browser)
    with served.client(headers={"accept": "text/html"}) as other:
        assert back(other, way).status_code == 401
        assert "bim_session" not in other.cookies
    forged = way._replace(query=way.query.replace("state=", "state=x"))
    assert back(browser, forged).status_code == 401


def test_failures_are_slowed_down_and_a_password_is_not(browser, served, provider):
    for _ in range(40):
        answer = browser.get("/login/oidc/back", params={"code": "x", "state": "guess"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_only_the_administrator_links_and_nothing_is_taken_over(known_site, provider):
    project = known_site.project
    for name in ("chief", "specialist", "newcomer"):
        with pytest.raises(PermissionRefused):
            project.link_identity(name, provider.issuer, "7", user=name)
        with pytest.raises(PermissionRefused):
            project.unlink_identity(provider.issuer, "7", user=name)
        with pytest.raises(PermissionRefused):
            project.identities(name)
    with pytest.raises(PermissionRefused):
        project.identity_events("specialist")
    with pytest.raises(NotFound, match="ghost"):
        project.link_identity("ghost", provider.issuer, "7", user="admin")
    for subject in ("", " 7", "7\n", "7" * 256):
        with pytest.raises(InputRefused, match="cannot name"):
            project.link_identity("chief", provider.issuer, subject, user="admin")
    project.link_identity("chief", provider.issuer, "7", user="admin")
    with pytest.raises(InputRefused, match="belongs to chief"):
        project.link_identity("specialist", provider.issuer, "7", user="admin")
    assert [(item.user, item.subject) for item in project.identities("admin")] == [("chief", "7")]
    project.unlink_identity(provider.issuer, "7", user="admin")
    with pytest.raises(NotFound):
        project.unlink_identity(provider.issuer, "7", user="admin")


def test_the_environment_sets_it_up_whole_or_not_at_all(monkeypatch):
    assert config.find_oidc_settings() is None
    monkeypatch.setenv(config.OIDC_ISSUER_VARIABLE, "https://id.example/realm")
    with pytest.raises(InputRefused) as refused:
        config.find_oidc_settings()
    assert refused.value.params["variable"] == config.OIDC_CLIENT_VARIABLE
    monkeypatch.setenv(config.OIDC_CLIENT_VARIABLE, CLIENT)
    monkeypatch.setenv(config.OIDC_SECRET_VARIABLE, SECRET)
    found = config.find_oidc_settings()
    assert (found.issuer, found.name) == ("https://id.example/realm", "id.example")
    assert SECRET not in repr(found)
    for bad in ("http://id.example", "ftp://id.example", "id.example", "https://"):
        monkeypatch.setenv(config.OIDC_ISSUER_VARIABLE, bad)
        with pytest.raises(InputRefused, match="cannot be an OpenID provider"):
            config.find_oidc_settings()


def test_the_commands_link_list_tell_and_unlink(known_site, provider):
    def run(*words):
        done = CliRunner().invoke(app, ["--project", str(known_site.directory), *words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    there = ("--issuer", provider.issuer, "--subject", "cli")
    assert run("identity", "link", "chief", *there, "--user", "admin")["subject"] == "cli"
    assert {item["subject"] for item in run("identity", "list", "--user", "admin")} == {"cli"}
    assert run("identity", "unlink", *there, "--user", "admin")["issuer"] == provider.issuer
    assert [item["event"] for item in run("identity", "log", "--user", "admin")[:2]] == ["unlinked", "linked"]


def test_a_server_without_a_provider_offers_no_other_way(server):
    with server.client() as client:
        assert "/login/oidc" not in client.get("/login").text
        for path in ("/login/oidc", "/login/oidc/back?code=x&state=y"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/login")
            assert client.post(path).status_code == 405
