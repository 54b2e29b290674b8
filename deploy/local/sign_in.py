"""Signs a person in as a browser does: authorization code + PKCE through the provider's own login page.

No realm of ours has a password grant, so scripts walk the same way as people. Standard library only and
synchronous: from asynchronous code call it with `asyncio.to_thread`.
"""
# ruff: noqa: S310 (every address opened here comes from our own settings or from the provider they name)

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, Request, build_opener

from shared.settings import settings

CLI_CLIENT = "relais-cli"
EARLY_SECONDS = 30
"""A token is renewed this long before it ends, so that none ends on its way."""
TIMEOUT = 20


class SignInRefused(Exception):
    """The identity provider did not let this account in; says what it answered."""


@dataclass(frozen=True)
class Tokens:
    access: str
    refresh: str
    ends_at: float
    """On this machine's monotonic clock."""

    @property
    def fresh(self) -> bool:
        return time.monotonic() < self.ends_at - EARLY_SECONDS


@dataclass
class Account:
    """A person who signed in; `token()` gives an access token that still lives, whatever the hour. Safe from several threads."""

    username: str
    password: str
    issuer: str
    public_url: str
    tokens: Tokens | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def token(self) -> str:
        with self._lock:
            if self.tokens is None or not self.tokens.fresh:
                self.tokens = self._renewed() or self._signed_in()
            return self.tokens.access

    def _renewed(self) -> Tokens | None:
        if self.tokens is None or not self.tokens.refresh:
            return None
        try:
            return exchange(self.issuer, {"grant_type": "refresh_token", "refresh_token": self.tokens.refresh, "client_id": CLI_CLIENT})
        except SignInRefused:
            return None  # the session ended, or this refresh token was used before: the password opens a new one

    def _signed_in(self) -> Tokens:
        return walk(self.username, self.password, issuer=self.issuer, public_url=self.public_url)


def account(username: str, password: str | None = None, *, issuer: str | None = None, public_url: str | None = None) -> Account:
    """A demo account's password is its name. Addresses default to this process's settings."""
    return Account(username, password or username, issuer or settings().issuer, public_url or settings().public_url)


def sign_in(username: str, password: str | None = None, *, issuer: str | None = None, public_url: str | None = None) -> str:
    """One access token of a person, good for five minutes; keep an `account(...)` to work longer."""
    return account(username, password, issuer=issuer, public_url=public_url).token()


def client_token(client_id: str, secret: str, scope: str, *, issuer: str | None = None) -> str:
    """One access token of a machine (client credentials)."""
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return exchange(issuer or settings().issuer, {"grant_type": "client_credentials", "scope": scope}, Authorization=f"Basic {basic}").access


# -- the walk


def walk(username: str, password: str, *, issuer: str, public_url: str) -> Tokens:
    """Opens the login page, fills its form, follows to the code, exchanges it."""
    metadata = discovery(issuer)
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    redirect_uri = f"{public_url.rstrip('/')}/auth/cli"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    question = {
        "response_type": "code",
        "client_id": CLI_CLIENT,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    browser = Browser(redirect_uri)
    page = browser.get(f"{metadata['authorization_endpoint']}?{urlencode(question)}")
    if page.arrived is None:
        form = LoginForm.find(page)
        page = browser.post(form.address, form.filled(username, password))
    if page.arrived is None:
        raise SignInRefused(f"{username} was not let in: the name or the password is wrong, or the account is locked for a while.")
    answer = page.arrived
    if answer.get("state") != state or "code" not in answer:
        raise SignInRefused(answer.get("error_description") or answer.get("error") or "The identity provider gave no code.")
    return exchange(issuer, {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": redirect_uri, "client_id": CLI_CLIENT, "code_verifier": verifier})


def discovery(issuer: str) -> dict[str, Any]:
    return _json(Request(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))


def exchange(issuer: str, form: dict[str, str], **headers: str) -> Tokens:
    began = time.monotonic()
    said = _json(Request(discovery(issuer)["token_endpoint"], data=urlencode(form).encode(), headers=headers))
    return Tokens(said["access_token"], said.get("refresh_token", ""), began + float(said["expires_in"]))


def _json(request: Request) -> dict[str, Any]:
    try:
        with build_opener().open(request, timeout=TIMEOUT) as answer:
            content: dict[str, Any] = json.load(answer)
    except HTTPError as refusal:
        text = refusal.read().decode(errors="replace")
        try:
            said = json.loads(text)
            raise SignInRefused(said.get("error_description") or said.get("error") or text) from None
        except json.JSONDecodeError:
            raise SignInRefused(f"The identity provider answered {refusal.code}.") from None
    except URLError as trouble:
        raise SignInRefused(f"The identity provider does not answer ({trouble.reason}).") from None
    return content


@dataclass(frozen=True)
class Page:
    address: str
    text: str
    arrived: dict[str, str] | None = None
    """The parameters of our own redirect address, once the provider sends the browser there."""


class Browser:
    """Follows redirects and keeps cookies, until it is sent to our redirect address, which it does not open."""

    def __init__(self, redirect_uri: str) -> None:
        # Keycloak marks its cookies Secure even on http; a browser takes loopback for secure, Python's jar does not by itself.
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar(DefaultCookiePolicy(secure_protocols=("https", "http")))), _StopAt(redirect_uri))

    def get(self, address: str) -> Page:
        return self._open(Request(address))

    def post(self, address: str, form: dict[str, str]) -> Page:
        return self._open(Request(address, data=urlencode(form).encode()))

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=TIMEOUT) as answer:
                return Page(answer.url, answer.read().decode(errors="replace"))
        except _Arrived as arrival:
            return Page(arrival.address, "", {name: values[0] for name, values in parse_qs(urlsplit(arrival.address).query).items()})
        except HTTPError as refusal:
            return Page(request.full_url, refusal.read().decode(errors="replace"))
        except URLError as trouble:
            raise SignInRefused(f"The identity provider does not answer ({trouble.reason}).") from None


class _Arrived(Exception):
    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class _StopAt(HTTPRedirectHandler):
    def __init__(self, redirect_uri: str) -> None:
        self._redirect_uri = redirect_uri

    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> Request | None:
        if newurl.split("?", 1)[0] == self._redirect_uri:
            raise _Arrived(newurl)
        # A login page answers its POST with a redirect: as browsers do, what follows is a GET.
        return Request(newurl, headers={"Accept": "text/html"}, origin_req_host=req.origin_req_host, unverifiable=True)


class LoginForm(HTMLParser):
    """The form with a password field, whoever's page it is: its address and its fields with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self.text_field = ""
        self.password_field = ""
        self.address = ""
        self._complete = False

    @classmethod
    def find(cls, page: Page) -> "LoginForm":
        form = cls()
        form.feed(page.text)
        if not form.password_field or not form.text_field:
            raise SignInRefused("The identity provider showed no login form: is this address one of its redirect addresses?")
        form.address = urljoin(page.address, form.action or page.address)
        return form

    def filled(self, username: str, password: str) -> dict[str, str]:
        return self.fields | {self.text_field: username, self.password_field: password}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._complete:
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.fields, self.text_field, self.password_field = given.get("action"), {}, "", ""
        elif tag == "input" and (name := given.get("name")):
            kind = given.get("type", "text").lower()
            if kind == "password":
                self.password_field = name
            elif kind in ("text", "email"):
                self.text_field = self.text_field or name
            elif kind == "hidden":
                self.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._complete = self._complete or (tag == "form" and bool(self.password_field))
