"""Calling a service's API in its own process, as any person or machine."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.support.identity import TestIssuer


class Api:
    """`api.as_("linh").get("/api/v1/registry/persons")`."""

    def __init__(self, app: Any, issuer: TestIssuer, token: str | None = None, language: str = "en") -> None:
        self._app, self._issuer, self._token, self._language = app, issuer, token, language

    def as_(self, person: str, **claims: Any) -> "Api":
        return Api(self._app, self._issuer, self._issuer.person(person, **claims), self._language)

    def account(self, person: str) -> str:
        return self._issuer.account(person)

    def as_machine(self, client_id: str, *scopes: str) -> "Api":
        return Api(self._app, self._issuer, self._issuer.machine(client_id, *scopes), self._language)

    def with_token(self, token: str) -> "Api":
        return Api(self._app, self._issuer, token, self._language)

    def in_language(self, language: str) -> "Api":
        return Api(self._app, self._issuer, self._token, language)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Accept-Language": self._language} | ({"Authorization": f"Bearer {self._token}"} if self._token else {}) | options.pop("headers", {})
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as client:
            return await client.request(method, path, headers=headers, **options)

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        if verb not in {"get", "post", "put", "patch", "delete"}:
            raise AttributeError(verb)
        return lambda path, **options: self.request(verb.upper(), path, **options)
