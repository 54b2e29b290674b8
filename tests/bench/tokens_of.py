"""An identity provider's tokens by the thousand, of as many people."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.support.identity import PEOPLE, TestIssuer

CLIENTS = 200
"""A client program has a quota of its own: so many people do not all come through one."""
LIFE_SECONDS = 3600  # of a whole run


@dataclass
class Tokens:
    """RS256 access tokens of the shape that Keycloak gives; the provider is another organisation's part and stands beside the measure."""

    provider: TestIssuer
    count: int = 2000
    audience: str = "relais"

    @property
    def issuer(self) -> str:
        return self.provider.url

    @property
    def keys(self) -> dict[str, Any]:
        return {"keys": [self.provider.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]}

    @cached_property
    def people(self) -> list[str]:
        """One token of each person, good for the whole run."""
        return [self.person(number) for number in range(self.count)]

    def person(self, number: int, name: str = "linh") -> str:
        now = int(time.time())
        return self.provider.sign(
            {
                "iss": self.issuer, "aud": self.audience, "sub": str(uuid5(NAMESPACE_URL, f"bench-{number}")), "azp": f"program-{number % CLIENTS}", "typ": "Bearer",
                "iat": now, "nbf": now, "exp": now + LIFE_SECONDS, "jti": f"bench-{number}", "scope": "openid profile", "name": name, "preferred_username": name,
            }
            | PEOPLE[name]
        )  # fmt: skip

    def requests(self, path: str, *, host: str = "127.0.0.1") -> list[bytes]:
        """A request of each of them, as a browser's program sends it."""
        return [request("GET", path, token, host=host) for token in self.people]


def request(method: str, path: str, token: str, *, host: str = "127.0.0.1", body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}", "accept: application/json", "accept-language: vi", f"authorization: Bearer {token}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method in ("POST", "PUT", "PATCH"):
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
