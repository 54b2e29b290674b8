"""Brings a realm that exists to what the realm file says: run it as often as wanted.

Accounts that the file does not name are left alone, as are passwords of those that exist.

For an installation that is no demo: `python -m deploy.keycloak.provision https://id.example.org https://relais.example.org`
"""

import json
import os
import sys
from typing import Any

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakGetError

from deploy.local.realm import realm as realm_of
from deploy.local.realm import without_demo

PROVISIONER = "relais-provisioning"
"""The client of the master realm that provisions, by client credentials: nobody's password is involved."""

ONCE = {"users", "roles", "groups", "clients", "clientScopes", "components", "defaultRole", "defaultDefaultClientScopes", "defaultOptionalClientScopes"}
"""Parts of a realm file that are not settings of the realm itself."""
SECRETS = ("RELAIS_PROVISIONING_SECRET", "RELAIS_PORTAL_CLIENT_SECRET", "RELAIS_ACCOUNTS_CLIENT_SECRET")
"""The provisioning client's own, the portal's and the registry's, as environment variables: none stands in a file of ours nor on a command line."""
SHORTEST_SECRET = 32
USER_PROFILE = "org.keycloak.userprofile.UserProfileProvider"


def provision(server: str, secret: str, realm: dict[str, Any]) -> None:
    master = _admin(server, secret, "master")
    if realm["realm"] not in {known["realm"] for known in master.get_realms()}:
        master.create_realm(realm)
    admin = _admin(server, secret, realm["realm"])
    admin.update_realm(realm["realm"], {name: value for name, value in realm.items() if name not in ONCE})
    _user_profile(admin, realm)
    _roles(admin, realm["roles"]["realm"])
    _default_role(admin, realm["defaultRole"]["name"])
    _groups(admin, realm["groups"])
    _scopes(admin, realm["clientScopes"])
    _clients(admin, realm["clients"])
    _people(admin, realm["users"])
    _close_password_grant(master)


def _admin(server: str, secret: str, realm: str) -> KeycloakAdmin:
    return KeycloakAdmin(server_url=server, realm_name=realm, user_realm_name="master", client_id=PROVISIONER, client_secret_key=secret)


def _user_profile(admin: KeycloakAdmin, realm: dict[str, Any]) -> None:
    (component,) = realm["components"][USER_PROFILE]
    admin.update_realm_users_profile(json.loads(component["config"]["kc.user.profile.config"][0]))


def _roles(admin: KeycloakAdmin, wanted: list[dict[str, Any]]) -> None:
    for role in wanted:
        if role.get("composite") is not None:
            continue  # the default role, which the import alone makes
        admin.create_realm_role(role, skip_exists=True)
        admin.update_realm_role(role["name"], role)


def _default_role(admin: KeycloakAdmin, name: str) -> None:
    """Keycloak gives everybody tokens that outlive their session (offline_access) and resource sharing: nobody of ours gets a right that was not named."""
    given = [role for role in admin.get_composite_realm_roles_of_role(name) if not role["clientRole"]]
    if given:
        admin.remove_composite_realm_roles_to_role(name, given)


def _groups(admin: KeycloakAdmin, wanted: list[dict[str, Any]]) -> None:
    for parent in wanted:
        known = _group(admin, f"/{parent['name']}") or admin.create_group({"name": parent["name"]})
        for child in parent.get("subGroups", []):
            if _group(admin, f"/{parent['name']}/{child['name']}") is None:
                admin.create_group({"name": child["name"]}, parent=known)


def _group(admin: KeycloakAdmin, path: str) -> str | None:
    try:
        found = admin.get_group_by_path(path)
    except KeycloakGetError:
        return None
    return found.get("id") if isinstance(found, dict) else None


def _scopes(admin: KeycloakAdmin, wanted: list[dict[str, Any]]) -> None:
    known = {scope["name"]: scope for scope in admin.get_client_scopes()}
    for scope in wanted:
        settings = {name: value for name, value in scope.items() if name != "protocolMappers"}
        if scope["name"] not in known:
            admin.create_client_scope(scope)
            continue
        identifier = known[scope["name"]]["id"]
        admin.update_client_scope(identifier, {"id": identifier, **settings})
        mappers = {mapper["name"]: mapper for mapper in admin.get_mappers_from_client_scope(identifier)}
        for mapper in scope.get("protocolMappers", []):
            if mapper["name"] in mappers:
                admin.update_mapper_in_client_scope(identifier, mappers[mapper["name"]]["id"], {"id": mappers[mapper["name"]]["id"], **mapper})
            else:
                admin.add_mapper_to_client_scope(identifier, mapper)
        for name in mappers.keys() - {mapper["name"] for mapper in scope.get("protocolMappers", [])}:
            admin.delete_mapper_from_client_scope(identifier, mappers[name]["id"])


def _clients(admin: KeycloakAdmin, wanted: list[dict[str, Any]]) -> None:
    scopes = {scope["name"]: scope["id"] for scope in admin.get_client_scopes()}
    for client in wanted:
        known = admin.get_client_id(client["clientId"])
        if known is None:
            admin.create_client(client)
            continue
        admin.update_client(known, {"id": known, **client})
        # An update of a client leaves its scopes as they are.
        kinds = (
            ("defaultClientScopes", admin.get_client_default_client_scopes, admin.add_client_default_client_scope, admin.delete_client_default_client_scope),
            ("optionalClientScopes", admin.get_client_optional_client_scopes, admin.add_client_optional_client_scope, admin.delete_client_optional_client_scope),
        )
        for kind, read, add, remove in kinds:
            present = {scope["name"] for scope in read(known)}
            for name in present - set(client[kind]):
                remove(known, scopes[name])
            for name in set(client[kind]) - present:
                add(known, scopes[name], {})


def _people(admin: KeycloakAdmin, wanted: list[dict[str, Any]]) -> None:
    roles = {role["name"]: role for role in admin.get_realm_roles()}
    for person in wanted:
        if "serviceAccountClientId" in person:
            _service_account(admin, person)
            continue
        account = {name: value for name, value in person.items() if name not in ("realmRoles", "groups", "credentials")}
        known = admin.get_user_id(person["username"])
        if known is None:
            known = admin.create_user({**account, "credentials": person["credentials"]})
        else:
            admin.update_user(known, account)
        held = {role["name"] for role in admin.get_realm_roles_of_user(known)} - {name for name in roles if name.startswith("default-roles-")}
        if extra := held - set(person["realmRoles"]):
            admin.delete_realm_roles_of_user(known, [roles[name] for name in extra])
        if missing := set(person["realmRoles"]) - held:
            admin.assign_realm_roles(known, [roles[name] for name in missing])
        member = {group["path"]: group["id"] for group in admin.get_user_groups(known)}
        for path in member.keys() - set(person["groups"]):
            admin.group_user_remove(known, member[path])
        for path in set(person["groups"]) - member.keys():
            if (group := _group(admin, path)) is None:
                raise LookupError(f"{person['username']} is to be in {path}, which is no group of the realm file.")
            admin.group_user_add(known, group)


def _service_account(admin: KeycloakAdmin, wanted: dict[str, Any]) -> None:
    """What a client of ours may do in the realm itself: what the file names, and no more."""
    account = admin.get_client_service_account_user(_client_of(admin, wanted["serviceAccountClientId"]))["id"]
    for client, names in wanted["clientRoles"].items():
        of = _client_of(admin, client)
        held = {role["name"]: role for role in admin.get_client_roles_of_user(account, of)}
        if extra := held.keys() - set(names):
            admin.delete_client_roles_of_user(account, of, [held[name] for name in extra])
        if missing := set(names) - held.keys():
            admin.assign_client_role(account, of, [admin.get_client_role(of, name) for name in missing])


def _client_of(admin: KeycloakAdmin, client: str) -> str:
    found: str | None = admin.get_client_id(client)
    if found is None:
        raise LookupError(f"The realm has no client {client}.")
    return found


def _close_password_grant(master: KeycloakAdmin) -> None:
    """Keycloak's own command line opens with a password by default, even in the realm that governs the others."""
    known = master.get_client_id("admin-cli")
    if known is not None and (client := master.get_client(known)).get("directAccessGrantsEnabled"):
        master.update_client(known, {**client, "directAccessGrantsEnabled": False})


def production_realm(public_url: str, secrets: dict[str, str]) -> dict[str, Any]:
    """The realm without the people and partners of the demo. Raises ValueError for a secret that could be guessed."""
    if weak := sorted(name for name in SECRETS if len(secrets.get(name, "")) < SHORTEST_SECRET):
        raise ValueError(f"Each needs at least {SHORTEST_SECRET} characters: {', '.join(weak)}.")
    return without_demo(realm_of(public_url, secrets["RELAIS_PORTAL_CLIENT_SECRET"], secrets["RELAIS_ACCOUNTS_CLIENT_SECRET"]))


def main() -> None:
    """Make or renew the realm of an installation: address of Keycloak, public address of Relais, secrets from the environment."""
    server, public_url = sys.argv[1:3]
    try:
        wanted = production_realm(public_url, dict(os.environ))
    except ValueError as refusal:
        sys.exit(str(refusal))
    provision(server, os.environ["RELAIS_PROVISIONING_SECRET"], wanted)


if __name__ == "__main__":
    main()
