"""Another organisation's part, replaced in tests: an identity provider that signs tokens of the shape Keycloak gives."""

import json
import threading
import time
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from joserfc import jwt
from joserfc.jwk import RSAKey

PEOPLE: dict[str, dict[str, Any]] = {
    "linh": {"roles": ["regional-administrator", "records-officer"], "groups": ["/territories/VN-22"]},
    "director": {"roles": ["signatory", "records-officer"], "groups": ["/territories/VN-22"]},
    "hr-bvt": {"roles": ["facility-hr-officer", "records-officer"], "groups": ["/facilities/VN-22-BVT"]},
    "hr-bc": {"roles": ["facility-hr-officer", "records-officer"], "groups": ["/facilities/VN-22-BVBC"]},
    "hr-bache": {"roles": ["facility-hr-officer", "records-officer"], "groups": ["/facilities/VN-22-TTBCE"]},
    "hr-sn": {"roles": ["facility-hr-officer", "records-officer"], "groups": ["/facilities/VN-22-BVSN"]},
    "hr-ub": {"roles": ["facility-hr-officer", "records-officer"], "groups": ["/facilities/VN-22-BVUB"]},
    "head-bvt": {"roles": ["head-of-facility", "records-officer"], "groups": ["/facilities/VN-22-BVT"]},
    "head-bache": {"roles": ["head-of-facility", "records-officer"], "groups": ["/facilities/VN-22-TTBCE"]},
    "training": {"roles": ["training-institute", "records-officer"], "groups": ["/territories/VN-22"]},
    "deputy": {"roles": ["signatory", "records-officer"], "groups": ["/territories/VN-22"]},
    "licensing": {"roles": ["licensing-officer", "records-officer"], "groups": ["/territories/VN-22"]},
    "secretary": {"roles": ["committee-member", "records-officer"], "groups": ["/territories/VN-22"]},
    "hr-today": {"roles": ["facility-hr-officer"], "groups": ["/facilities/VN-22-BVT"]},
    "hanoi": {"roles": ["regional-administrator", "records-officer"], "groups": ["/territories/VN-01"]},
    "clermont": {"roles": ["regional-administrator", "agreement-focal-point", "records-officer"], "groups": ["/territories/FR-63"]},
    "analyst": {"roles": ["ministry-analyst"], "groups": ["/territories/VN"]},
    "ops": {"roles": ["operations"], "groups": []},
    "auditor": {"roles": ["auditor"], "groups": ["/territories/VN-22"]},
    "nobody": {"roles": ["regional-administrator"], "groups": []},
}


def _subject(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


class TestIssuer:
    """Signs tokens with a key of its own and serves the public half on loopback."""

    __test__ = False

    def __init__(self) -> None:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = {
                    "/.well-known/openid-configuration": {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/jwks"},
                    "/jwks": {"keys": [issuer.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]},
                }
                body = json.dumps(answers.get(self.path, {})).encode()
                self.send_response(200 if self.path in answers else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @cached_property
    def key(self) -> RSAKey:
        return RSAKey.generate_key(2048, {"kid": "test-key"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": "test-key"}, claims, self.key)

    def _claims(self, **more: Any) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": self.url, "aud": "relais", "iat": now, "nbf": now, "exp": now + 300, "typ": "Bearer", "jti": str(time.time_ns())} | more

    def person(self, name: str, **more: Any) -> str:
        """A person's access token; `more` overrides claims."""
        known = PEOPLE.get(name, {"roles": [], "groups": []})
        return self.sign(self._claims(sub=_subject(name), azp="portal", scope="openid profile", name=name, preferred_username=name, **(known | more)))

    def account(self, name: str) -> str:
        """How records name a person's account: issuer and subject."""
        return f"{self.url}#{_subject(name)}"

    def machine(self, client_id: str, *scopes: str) -> str:
        """A client-credentials token as Keycloak gives it."""
        return self.sign(
            self._claims(sub=str(uuid5(NAMESPACE_URL, client_id)), azp=client_id, client_id=client_id, preferred_username=f"service-account-{client_id}", scope=" ".join(scopes))
        )
