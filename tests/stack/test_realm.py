"""The realm file: what RFC 9700 asks of it, and that the embedded provider gets the same from it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.keycloak.provision import SECRETS, production_realm
from deploy.local.nanoidp import Nanoidp
from deploy.local.realm import demo_accounts, demo_client, people, realm, with_people, without_demo
from shared.auth import ROLES

HERE = "http://127.0.0.1:12000"


@pytest.fixture
def file() -> dict[str, Any]:
    return realm(HERE, "portal's secret", "registry's secret")


def clients(file: dict[str, Any]) -> dict[str, Any]:
    return {client["clientId"]: client for client in file["clients"]}


class TestClients:
    def test_no_password_opens_anything_but_the_login_page(self, file: dict[str, Any]):
        assert "admin-cli" in clients(file), "Keycloak would add its own, with the password grant"
        for client in file["clients"]:
            assert client["directAccessGrantsEnabled"] is False, client["clientId"]
            assert client["implicitFlowEnabled"] is False, client["clientId"]

    def test_every_code_is_bound_to_its_asker(self, file: dict[str, Any]):
        for name, client in clients(file).items():
            if client["standardFlowEnabled"]:
                assert client["attributes"]["pkce.code.challenge.method"] == "S256", name

    def test_redirect_addresses_are_exact(self, file: dict[str, Any]):
        assert clients(file)["portal"]["redirectUris"] == [f"{HERE}/auth/callback"]
        assert clients(file)["relais-cli"]["redirectUris"] == [f"{HERE}/auth/cli"]
        for client in file["clients"]:
            assert "*" not in "".join([*client["redirectUris"], *client["webOrigins"], client["attributes"].get("post.logout.redirect.uris", "")])

    def test_the_portals_secret_is_not_in_the_file(self, file: dict[str, Any]):
        assert clients(file)["portal"]["secret"] == "portal's secret"

    def test_the_registry_keeps_accounts_and_nothing_else(self, file: dict[str, Any]):
        assert clients(file)["relais-registry"]["secret"] == "registry's secret"
        (account,) = [user for user in file["users"] if user.get("serviceAccountClientId") == "relais-registry"]
        assert account["clientRoles"] == {"realm-management": ["manage-users", "view-users", "query-users", "query-groups", "view-realm"]}
        assert account["realmRoles"] == []

    def test_outside_the_demo_no_password_and_no_partners_secret_comes_from_the_file(self, file: dict[str, Any]):
        bare = without_demo(file)
        assert "ministry-health" in clients(file)
        assert clients(bare).keys() == {"portal", "relais-cli", "relais-registry", "admin-cli"}
        assert people(bare) == []
        assert [user["username"] for user in bare["users"]] == ["service-account-relais-registry"]
        assert {client["secret"] for client in bare["clients"] if not client["publicClient"]} == {"portal's secret", "registry's secret"}

    @pytest.mark.parametrize("name", SECRETS)
    def test_an_installation_with_a_secret_that_could_be_guessed_is_refused(self, name: str):
        good = {secret: f"{secret} of more than thirty-two characters" for secret in SECRETS}
        assert {client["secret"] for client in production_realm(HERE, good)["clients"] if not client["publicClient"]} == {good[SECRETS[1]], good[SECRETS[2]]}
        for weak in ("", "ministry-secret"):
            with pytest.raises(ValueError, match=name):
                production_realm(HERE, good | {name: weak})

    def test_a_machine_holds_the_scopes_of_the_demo(self):
        assert demo_client("ministry-sandbox") == ("sandbox-secret", "registry.extract observatory.read territory:VN-22")
        assert demo_client("ministry-health") == (
            "ministry-secret",
            "registry.read registry.extract recruitment.read training.read appointment.read rotation.read observatory.read territory:VN-22",
        )
        with pytest.raises(KeyError):
            demo_client("portal")


class TestScopes:
    def test_each_is_there_once(self, file: dict[str, Any]):
        """Keycloak does not start on a realm that names a scope twice; the embedded provider would not notice."""
        names = [scope["name"] for scope in file["clientScopes"]]
        assert sorted(names) == sorted(set(names))


class TestTokens:
    def test_are_short_and_refreshed_once(self, file: dict[str, Any]):
        assert file["accessTokenLifespan"] == 300
        assert (file["revokeRefreshToken"], file["refreshTokenMaxReuse"]) == (True, 0)
        assert file["bruteForceProtected"] is True

    def test_every_code_client_gets_subject_audience_roles_and_groups(self, file: dict[str, Any]):
        (scope,) = [scope for scope in file["clientScopes"] if scope["name"] == "relais"]
        assert {mapper["name"] for mapper in scope["protocolMappers"]} >= {"subject", "audience", "roles", "groups", "name", "username"}
        for name in ("portal", "relais-cli", "ministry-health"):
            assert clients(file)[name]["defaultClientScopes"] == ["relais"]


class TestAccounts:
    def test_hold_roles_that_relais_knows_in_groups_that_exist(self, file: dict[str, Any]):
        known = {role["name"] for role in file["roles"]["realm"]} - {"default-roles-relais"}
        assert known == ROLES
        groups = {f"/{group['name']}/{child['name']}" for group in file["groups"] for child in group["subGroups"]}
        for account in demo_accounts():
            assert set(account.roles) <= known
            assert set(account.groups) <= groups

    def test_two_people_never_sign_in_by_one_name(self, file: dict[str, Any]):
        with pytest.raises(ValueError, match="linh"):
            with_people(file, [{"username": "linh", "name": "Trần Thùy Linh", "roles": [], "groups": []}])

    def test_those_of_the_first_story_are_there(self):
        assert {account.username: account.groups for account in demo_accounts()}.items() >= {
            "linh": ("/territories/VN-22",),
            "director": ("/territories/VN-22",),
            "hr-bvt": ("/facilities/VN-22-BVT",),
            "hr-bc": ("/facilities/VN-22-BVBC",),
            "hr-bache": ("/facilities/VN-22-TTBCE",),
            "hr-sn": ("/facilities/VN-22-BVSN",),
            "hr-ub": ("/facilities/VN-22-BVUB",),
            "head-bvt": ("/facilities/VN-22-BVT",),
            "head-bache": ("/facilities/VN-22-TTBCE",),
            "training": ("/territories/VN-22",),
            "deputy": ("/territories/VN-22",),
            "licensing": ("/territories/VN-22",),
            "secretary": ("/territories/VN-22",),
            "hanoi": ("/territories/VN-01",),
            "analyst": ("/territories/VN",),
            "auditor": ("/territories/VN-22",),
            "ops": (),
        }.items()


class TestTheEmbeddedProvider:
    def test_says_the_same(self, tmp_path: Path, file: dict[str, Any]):
        provider = Nanoidp(tmp_path / "identity", tmp_path / "log", 22100, file, "secret")
        provider.configure()
        users = yaml.safe_load((tmp_path / "identity" / "users.yaml").read_text())["users"]
        settings = yaml.safe_load((tmp_path / "identity" / "settings.yaml").read_text())
        assert {name: (user["roles"], user["groups"], user["attributes"]["name"]) for name, user in users.items()} == {
            user["username"]: (user["realmRoles"], user["groups"], user["attributes"]["name"][0]) for user in people(file)
        }
        made = {client["client_id"]: client for client in settings["oauth"]["clients"]}
        assert made.keys() == {"portal", "relais-cli", "ministry-health", "ministry-sandbox"}
        assert made["portal"]["redirect_uris"] == clients(file)["portal"]["redirectUris"]
        assert made["relais-cli"]["token_endpoint_auth_method"] == "none"
        assert made["ministry-sandbox"]["allowed_scopes"] == ["registry.extract", "observatory.read", "territory:VN-22"]
        assert made["ministry-health"]["allowed_scopes"] == [
            *("registry.read", "registry.extract"),
            *(f"{service}.read" for service in ("recruitment", "training", "appointment", "rotation", "observatory")),
            "territory:VN-22",
        ]
        assert settings["oauth"]["token_expiry_minutes"] == 5
        assert settings["security_profile"] == "oauth21"
