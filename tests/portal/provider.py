"""Another organisation's part, replaced in tests: an OpenID provider that a test can make lie, end sessions, or go away."""

import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Provider:
    """Signs in whoever comes, with codes for one use, PKCE checked and refresh tokens that rotate."""

    def __init__(self) -> None:
        provider = self
        self.key = RSAKey.generate_key(2048, {"kid": "provider"})
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.used: list[str] = []
        self.revoked: list[str] = []
        self.issued: list[str] = []
        self.metadata_more: dict[str, Any] = {}
        self.id_claims: dict[str, Any] = {}
        self.is_away = False

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = {"/.well-known/openid-configuration": provider.metadata, "/jwks": {"keys": [provider.key.as_dict(private=False) | {"use": "sig", "alg": "RS256"}]}}
                self._answer(200 if self.path in answers else 404, answers.get(self.path, {}))

            def do_POST(self) -> None:
                form = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
                if provider.is_away:
                    self._answer(503, {})
                elif self.path == "/token":
                    self._answer(*provider.token(form))
                else:
                    provider.revoked.append(form["token"])
                    self._answer(200, {})

            def _answer(self, status: int, content: Any) -> None:
                if provider.is_away:
                    status, content = 503, {}
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def metadata(self) -> dict[str, Any]:
        endpoints = {
            name: f"{self.url}/{path}"
            for name, path in (("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("jwks_uri", "jwks"), ("revocation_endpoint", "revoke"))
        }
        return {"issuer": self.url, **endpoints, **self.metadata_more}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def consent(self, asked: dict[str, str]) -> dict[str, str]:
        """What the login page sends back to the portal once the person has signed in."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url}

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form["grant_type"] == "authorization_code":
            asked = self.codes.pop(form["code"], None)
            if asked is None or create_s256_code_challenge(form["code_verifier"]) != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
                return 400, {"error": "invalid_grant"}
            return 200, self.issue("linh", nonce=asked["nonce"])
        if form["refresh_token"] in self.used:
            self.refresh_tokens.clear()  # a token used twice is taken for stolen: nobody keeps anything
        self.used.append(form["refresh_token"])
        subject = self.refresh_tokens.pop(form["refresh_token"], None)
        return (200, self.issue(subject)) if subject else (400, {"error": "invalid_grant"})

    def issue(self, subject: str, **more: Any) -> dict[str, Any]:
        refresh = secrets.token_urlsafe(16)
        self.refresh_tokens[refresh] = subject
        roles = {"roles": ["regional-administrator"], "groups": ["/territories/VN-22"], "name": "Nguyễn Thùy Linh"}
        self.issued.append(self.sign({"aud": "relais", "sub": subject, "typ": "Bearer", "azp": "portal", "jti": secrets.token_hex(8), **roles}))
        return {
            "access_token": self.issued[-1],
            "refresh_token": refresh,
            "id_token": self.sign({"aud": "portal", "sub": subject, "sid": f"sid-{subject}", **more, **self.id_claims}),
            "token_type": "Bearer",
        }

    def logout_token(self, **more: Any) -> str:
        return self.sign({"aud": "portal", "jti": secrets.token_hex(8), "events": {LOGOUT_EVENT: {}}, "sid": "sid-linh", **more})

    def sign(self, claims: dict[str, Any], key: RSAKey | None = None) -> str:
        now = int(time.time())
        return jwt.encode({"alg": "RS256", "kid": "provider"}, {"iss": self.url, "iat": now, "exp": now + 300, **claims}, key or self.key)
