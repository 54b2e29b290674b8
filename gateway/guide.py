"""What a ministry's developer reads before the first request: a guide of commands that can be copied, and the data dictionary.

The guide's commands are run by a test as they stand on the page; the dictionary is the registry's own, which writes its extracts from it.
"""

import time
from typing import Any

import orjson
from jinja2 import Environment

from gateway.answers import Headers
from gateway.health import Answer
from gateway.upstream import Upstream, UpstreamError
from shared.errors import NotFound, Problem
from shared.i18n import LANGUAGES, _, translate
from shared.settings import Settings

GUIDE, DICTIONARY, DICTIONARY_JSON = "/docs/ministries", "/docs/dictionary", "/docs/dictionary.json"
SOURCE = "/api/v1/registry/extracts/dictionary"
KEPT_SECONDS = 60.0
SANDBOX = ("ministry-sandbox", "sandbox-secret")
"""The sandbox of a demo; elsewhere each program has a secret of its own (tests/stack/test_realm.py)."""
SCOPES = (
    ("registry.extract", _("Bulk extracts under pseudonyms, and the public directory in bulk")),
    ("registry.read", _("Persons, posts and assignments one by one and in lists, with names; and extracts with names")),
    ("observatory.read", _("Figures with their definition, numerator and denominator")),
    ("territory:VN-22", _("Where: the province of this code with all that it manages")),
)
TREATMENTS = {"same": "", "replaced": _("replaced by a pseudonym"), "left_out": _("left out")}


class Guide:
    """`/docs/ministries`, `/docs/dictionary` and `/docs/dictionary.json`."""

    PATHS = frozenset({GUIDE, DICTIONARY, DICTIONARY_JSON})

    def __init__(self, registry: Upstream, known: Settings, environment: Environment, policy: bytes) -> None:
        self._registry, self._environment, self._policy = registry, environment, policy
        client, secret = SANDBOX if known.env != "production" else (_("your-client"), _("your-secret"))
        self._said = {"public_url": known.public_url, "issuer": known.issuer.rstrip("/"), "client": client, "secret": secret, "is_demo": known.env != "production"}
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    async def answer(self, path: str, language: str) -> Answer:
        headers: Headers = [(b"cache-control", b"public, max-age=60"), (b"vary", b"accept-language"), (b"content-language", language.encode())]
        if path == DICTIONARY_JSON:
            return 200, [*headers, (b"content-type", b"application/json")], orjson.dumps(await self._dictionary(language))
        html = [*headers, (b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", self._policy)]
        if path == GUIDE:
            return 200, html, self._page("guide.html", language, scopes=[(scope, translate(what, language)) for scope, what in SCOPES], **self._said)
        if path == DICTIONARY:
            return 200, html, self._page("dictionary.html", language, dictionary=await self._dictionary(language), treatments=TREATMENTS)
        raise NotFound

    def _page(self, template: str, language: str, **said: Any) -> bytes:
        return self._environment.get_template(template).render(language=language, languages=LANGUAGES, _=lambda text: translate(text, language), **said).encode()

    async def _dictionary(self, language: str) -> dict[str, Any]:
        """The registry's dictionary, as it is or as it was last told. Raises Problem while it was never told."""
        read_at, told = self._known.get(language, (0.0, {}))
        if told and time.monotonic() - read_at < KEPT_SECONDS:
            return told
        try:
            status, body = await self._registry.fetch(SOURCE, language=language)
            found = orjson.loads(body) if status == 200 else None
        except (UpstreamError, orjson.JSONDecodeError):
            found = None
        if isinstance(found, dict):
            self._known[language] = (time.monotonic(), found)
            return found
        if told:
            return told
        raise Problem(503, "service-unavailable", _("This service does not answer now; its part of the documentation will be back with it."), headers={"Retry-After": "5"})
