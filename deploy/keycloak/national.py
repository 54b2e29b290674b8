"""Sign-in by a national identity provider (OpenID Connect) as a setting of the realm: run it as often as wanted.

Whoever signs in there must have been invited here: an account is found by its user name, linked at the first sign-in,
and never made by the national provider's word. Roles and relations stay ours.

`python -m deploy.keycloak.national https://id.example.org national "VNeID" https://national.example.org relais` (deploy/runbooks/national-sign-in.md)
"""

import os
import sys
from dataclasses import dataclass
from typing import Any

from keycloak import KeycloakAdmin

from deploy.keycloak.provision import PROVISIONER
from deploy.local.sign_in import discovery

FLOW = "relais-invited-only"
STEPS = ("idp-detect-existing-broker-user", "idp-auto-link")
"""Keycloak's “Detect existing broker user” and “Automatically set existing user”: without the first, anybody of the country would get an account."""


@dataclass(frozen=True)
class National:
    """What the national identity provider tells whoever connects to it."""

    alias: str
    name: str
    issuer: str
    client_id: str
    client_secret: str
    username_claim: str = "preferred_username"


def connect(admin: KeycloakAdmin, national: National) -> None:
    """Let the people invited to this realm sign in at the national provider too."""
    _flow(admin)
    told = discovery(national.issuer)
    if told["issuer"] != national.issuer:
        raise ValueError(f"{national.issuer} says that it is {told['issuer']}.")
    wanted = {
        "alias": national.alias,
        "displayName": national.name,
        "providerId": "oidc",
        "enabled": True,
        "trustEmail": False,
        "storeToken": False,
        "linkOnly": False,
        "firstBrokerLoginFlowAlias": FLOW,
        "config": {
            "issuer": national.issuer,
            "authorizationUrl": told["authorization_endpoint"],
            "tokenUrl": told["token_endpoint"],
            "jwksUrl": told["jwks_uri"],
            "useJwksUrl": "true",
            "validateSignature": "true",
            "clientAuthMethod": "client_secret_basic",
            "clientId": national.client_id,
            "clientSecret": national.client_secret,
            "defaultScope": "openid profile",
            "pkceEnabled": "true",
            "pkceMethod": "S256",
            "syncMode": "IMPORT",
        },
    }
    known = {one["alias"] for one in admin.get_idps()}
    if national.alias in known:
        admin.update_idp(national.alias, wanted)
    else:
        admin.create_idp(wanted)
    mapper = {
        "name": "user name",
        "identityProviderAlias": national.alias,
        "identityProviderMapper": "oidc-username-idp-mapper",
        "config": {"template": f"${{CLAIM.{national.username_claim}}}", "target": "LOCAL", "syncMode": "IMPORT"},
    }
    present = {one["name"]: one["id"] for one in admin.get_idp_mappers(national.alias)}
    if "user name" in present:
        admin.update_mapper_in_idp(national.alias, present["user name"], mapper | {"id": present["user name"]})
    else:
        admin.add_mapper_to_idp(national.alias, mapper)


def disconnect(admin: KeycloakAdmin, alias: str) -> None:
    """Nobody signs in there any more; accounts stay, with the password that they may have."""
    admin.delete_idp(alias)


def _flow(admin: KeycloakAdmin) -> None:
    """What happens at the first sign-in: the invited account is found and linked, or nobody is let in."""
    if FLOW not in {flow["alias"] for flow in admin.get_authentication_flows()}:
        admin.create_authentication_flow({"alias": FLOW, "description": "Only who was invited", "providerId": "basic-flow", "topLevel": True, "builtIn": False})
    present: list[dict[str, Any]] = admin.get_authentication_flow_executions(FLOW)
    for step in STEPS:
        if step not in {one["providerId"] for one in present}:
            admin.create_authentication_flow_execution({"provider": step}, FLOW)
    for one in admin.get_authentication_flow_executions(FLOW):
        if one["requirement"] != "REQUIRED":
            admin.update_authentication_flow_executions(one | {"requirement": "REQUIRED"}, FLOW)


def main() -> None:
    """Address of Keycloak, alias, name on the button, issuer and client; secrets and the claim from the environment. `disconnect ADDRESS ALIAS` takes it back."""
    taken_back = sys.argv[1] == "disconnect"
    server, alias = sys.argv[2:4] if taken_back else sys.argv[1:3]
    admin = KeycloakAdmin(server_url=server, realm_name="relais", user_realm_name="master", client_id=PROVISIONER, client_secret_key=os.environ["RELAIS_PROVISIONING_SECRET"])
    if taken_back:
        disconnect(admin, alias)
        return
    name, issuer, client_id = sys.argv[3:6]
    claim = os.environ.get("NATIONAL_USERNAME_CLAIM", "preferred_username")
    connect(admin, National(alias, name, issuer, client_id, os.environ["NATIONAL_CLIENT_SECRET"], claim))


if __name__ == "__main__":
    main()
