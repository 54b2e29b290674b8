"""nanoidp, the identity provider of the embedded stack: its accounts and clients are made from Keycloak's realm file."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.local.processes import Running, spawn
from deploy.local.realm import people

PROGRAM = "import logging; logging.getLogger('werkzeug').setLevel(logging.ERROR); from nanoidp.__main__ import main; main()"
"""Its own start, without its development server's request lines: they would write query strings to the log."""
OPENID_SCOPES = ["openid", "profile", "email", "offline_access"]


@dataclass
class Nanoidp:
    folder: Path
    log: Path
    port: int
    realm: dict[str, Any]
    secret: str
    """Signs its own sign-in pages' cookies and locks its management pages."""

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def configure(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for name, content in {"settings.yaml": self._settings(), "users.yaml": self._users()}.items():
            (self.folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def start(self) -> Running:
        self.configure()
        command = [sys.executable, "-c", PROGRAM, "--config", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port), "--profile", "oauth21"]
        # Its own folder as working folder: nothing of the checkout is importable to it.
        return spawn(command, log=self.log, folder=self.folder)

    def _settings(self) -> dict[str, Any]:
        machine_scopes = [scope["name"] for scope in self.realm["clientScopes"] if scope["attributes"]["include.in.token.scope"] == "true" and scope["name"] not in OPENID_SCOPES]
        return {
            "server": {"host": "127.0.0.1", "port": self.port},
            "security_profile": "oauth21",
            "oauth": {
                "issuer": self.issuer,
                "audience": "relais",
                "token_expiry_minutes": self.realm["accessTokenLifespan"] // 60,
                "refresh_token_expiry_minutes": self.realm["ssoSessionIdleTimeout"] // 60,
                "refresh_token_rotation": self.realm["revokeRefreshToken"],
                "require_pkce": True,
                "scopes_supported": OPENID_SCOPES + machine_scopes,
                "clients": [_client(client) for client in self.realm["clients"] if client["standardFlowEnabled"] or client["optionalClientScopes"]],
            },
            "jwt": {"algorithm": self.realm["defaultSignatureAlgorithm"], "keys_dir": str(self.folder / "keys")},
            "session": {"secret_key": self.secret, "management_secret": self.secret, "require_ui_login": True, "enforce_password_check": True},
            "logging": {"level": "WARNING", "verbose_logging": False, "log_token_requests": False, "log_saml_requests": False},
            "cors_allowed_origins": [],
        }

    def _users(self) -> dict[str, Any]:
        users = {
            user["username"]: {
                "password": user["credentials"][0]["value"],
                "email": user["email"],
                "roles": user["realmRoles"],
                "groups": user["groups"],
                "attributes": {"name": user["attributes"]["name"][0]},
            }
            for user in people(self.realm)
        }
        return {"users": users, "default_user": next(iter(users))}


def _client(client: dict[str, Any]) -> dict[str, Any]:
    made = {"client_id": client["clientId"], "description": client["description"], "redirect_uris": client["redirectUris"]}
    if client["publicClient"]:
        return made | {"token_endpoint_auth_method": "none", "allowed_scopes": OPENID_SCOPES}
    made |= {"client_secret": client["secret"], "token_endpoint_auth_method": "client_secret_basic"}
    return made | {"allowed_scopes": client["optionalClientScopes"] if client["serviceAccountsEnabled"] else OPENID_SCOPES}
