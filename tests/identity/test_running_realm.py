"""The table of RFC 9700 (OAuth 2.0 Security Best Current Practice), read from the realm as it runs, and each refusal tried."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from keycloak import KeycloakAdmin

from deploy.keycloak.provision import PROVISIONER
from deploy.local.realm import demo_client
from deploy.local.sign_in import Browser, LoginForm, SignInRefused, discovery, exchange, walk
from deploy.local.stack import RunningStack
from shared.tokens import TokenVerifier
from tests.support.system import until

pytestmark = [pytest.mark.identity, pytest.mark.full]

OURS = {"portal", "relais-cli", "relais-registry", "ministry-health", "ministry-sandbox"}
KEYCLOAKS_OWN = {"account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"}


@pytest.fixture(scope="module")
def admin(stack: RunningStack) -> KeycloakAdmin:
    """Whoever runs the installation, by the admin API."""
    return KeycloakAdmin(
        server_url=stack.issuer.rpartition("/realms/")[0],
        realm_name="relais",
        user_realm_name="master",
        client_id=PROVISIONER,
        client_secret_key=stack.state.secrets()["keycloak_admin"],
    )


@pytest.fixture(scope="module")
def realm(admin: KeycloakAdmin) -> dict[str, Any]:
    found: dict[str, Any] = admin.get_realm("relais")
    return found


@pytest.fixture(scope="module")
def clients(admin: KeycloakAdmin) -> dict[str, dict[str, Any]]:
    return {client["clientId"]: client for client in admin.get_clients() if client["enabled"]}


@pytest.fixture
def victim(admin: KeycloakAdmin) -> Iterator[str]:
    """An account that somebody tries passwords on; nobody else's is locked by it."""
    name = f"victim-{secrets.token_hex(4)}"
    made = admin.create_user(
        {"username": name, "enabled": True, "attributes": {"name": ["Victim"]}, "credentials": [{"type": "password", "value": f"{name}-right", "temporary": False}]}
    )
    yield name
    admin.delete_user(made)


class TestTheRealm:
    @pytest.mark.parametrize(
        ("setting", "wanted"),
        [
            ("accessTokenLifespan", 300),  # 2.2.1: access tokens live minutes
            ("accessTokenLifespanForImplicitFlow", 300),
            ("revokeRefreshToken", True),  # 2.2.2 and 4.14.2: a refresh token is used once …
            ("refreshTokenMaxReuse", 0),  # … and its reuse is taken for theft
            ("bruteForceProtected", True),
            ("permanentLockout", False),  # or whoever knows a name locks its owner out for good
            ("registrationAllowed", False),
            ("editUsernameAllowed", False),
            ("loginWithEmailAllowed", False),
            ("duplicateEmailsAllowed", False),
            ("sslRequired", "external"),
            ("defaultSignatureAlgorithm", "RS256"),
        ],
    )
    def test_says(self, realm: dict[str, Any], setting: str, wanted: object):
        assert realm[setting] == wanted

    def test_a_code_lives_a_minute_and_a_session_ends(self, realm: dict[str, Any]):
        assert realm["accessCodeLifespan"] <= 60
        assert realm["ssoSessionIdleTimeout"] <= 1800
        assert realm["ssoSessionMaxLifespan"] <= 36000
        assert realm["failureFactor"] <= 10

    def test_gives_nobody_a_role_that_was_not_named(self, admin: KeycloakAdmin):
        """Beyond reading and changing one's own name, address and password at the identity provider."""
        given = admin.get_composite_realm_roles_of_role("default-roles-relais")
        assert {role["name"] for role in given} == {"view-profile", "manage-account"}


class TestTheClients:
    def test_are_known_one_by_one(self, clients: dict[str, Any]):
        assert clients.keys() - KEYCLOAKS_OWN == OURS

    def test_none_takes_a_password_or_answers_with_a_token(self, clients: dict[str, Any]):
        """2.1.2 and 2.4: no implicit grant, no password grant, in Keycloak's own clients neither."""
        for name, client in clients.items():
            assert not client["directAccessGrantsEnabled"], name
            assert not client["implicitFlowEnabled"], name

    def test_redirect_addresses_are_exact_and_no_origin_is_a_wildcard(self, clients: dict[str, Any], stack: RunningStack):
        """2.1 and 4.1: an attacker's address is never a redirect address."""
        assert {name: clients[name]["redirectUris"] for name in OURS} == {
            "portal": [f"{stack.public_url}/auth/callback"],
            "relais-cli": [f"{stack.public_url}/auth/cli"],
            "relais-registry": [],
            "ministry-health": [],
            "ministry-sandbox": [],
        }
        for name in OURS:
            assert "*" not in json.dumps([clients[name]["redirectUris"], clients[name]["webOrigins"], clients[name]["attributes"].get("post.logout.redirect.uris", "")]), name
            assert clients[name]["webOrigins"] == [], name

    def test_every_code_is_bound_to_its_asker(self, clients: dict[str, Any]):
        """2.1.1: PKCE with S256."""
        asking = {name for name in OURS if clients[name]["standardFlowEnabled"]}
        assert asking == {"portal", "relais-cli"}
        assert {clients[name]["attributes"]["pkce.code.challenge.method"] for name in asking} == {"S256"}

    def test_no_secret_of_the_installation_is_one_of_the_file(self, admin: KeycloakAdmin, clients: dict[str, Any], stack: RunningStack):
        told = {name: admin.get_client_secrets(clients[name]["id"])["value"] for name in OURS if not clients[name]["publicClient"]}
        assert told.keys() == {"portal", "relais-registry", "ministry-health", "ministry-sandbox"}
        made = stack.state.secrets()
        assert (told["portal"], told["relais-registry"]) == (made["portal_client"], made["accounts_client"])
        for partner in ("ministry-health", "ministry-sandbox"):
            assert told[partner] == demo_client(partner)[0]
        assert min(len(told["portal"]), len(told["relais-registry"])) >= 32

    def test_the_issuer_is_named_in_the_answer(self, clients: dict[str, Any], stack: RunningStack):
        """4.4.2.1: the client knows from whom an answer comes (RFC 9207)."""
        assert discovery(stack.issuer)["authorization_response_iss_parameter_supported"] is True
        for name in OURS:
            assert clients[name]["attributes"].get("exclude.issuer.from.auth.response", "false") == "false", name
        answer, _verifier = signed_in(stack, "linh", "linh")
        assert answer["iss"] == stack.issuer

    def test_the_registry_keeps_users_and_nothing_else(self, stack: RunningStack):
        keeper = KeycloakAdmin(
            server_url=stack.issuer.rpartition("/realms/")[0],
            realm_name="relais",
            user_realm_name="relais",
            client_id="relais-registry",
            client_secret_key=stack.state.secrets()["accounts_client"],
        )
        assert keeper.get_user_id("linh")
        token = keeper.connection.token["access_token"]
        for method, path, body in (
            ("PUT", "", {"accessTokenLifespan": 86400}),
            ("GET", "/clients", None),
            ("POST", "/clients", {"clientId": "mine"}),
            ("POST", "/roles", {"name": "mine"}),
            ("POST", "/identity-provider/instances", {"alias": "mine", "providerId": "oidc"}),
            ("POST", f"/users/{keeper.get_user_id('linh')}/impersonation", {}),
        ):
            assert status(stack, token, method, f"/admin/realms/relais{path}", body) == 403, (method, path)


class TestRefused:
    def test_a_token_in_the_address(self, stack: RunningStack):
        for kind in ("token", "id_token token", "code token", "id_token"):
            page = Browser(f"{stack.public_url}/auth/cli").get(
                f"{discovery(stack.issuer)['authorization_endpoint']}?{urlencode(question(stack)[0] | {'response_type': kind, 'nonce': 'n'})}"
            )
            assert "access_token" not in page.address
            with pytest.raises(SignInRefused):
                LoginForm.find(page)

    @pytest.mark.parametrize("client", ["portal", "relais-cli", "relais-registry", "ministry-health", "admin-cli", "account-console"])
    def test_a_password_from_any_client(self, stack: RunningStack, client: str):
        own = {"portal": stack.state.secrets()["portal_client"], "relais-registry": stack.state.secrets()["accounts_client"], "ministry-health": "ministry-secret"}
        form = {"grant_type": "password", "username": "linh", "password": "linh", "scope": "openid", "client_id": client}
        with pytest.raises(SignInRefused, match=r"(?i)not allowed|unauthorized|invalid"):
            exchange(stack.issuer, form | ({"client_secret": own[client]} if client in own else {}))

    def test_a_code_with_another_proof_or_none(self, stack: RunningStack):
        for proof in ({"code_verifier": secrets.token_urlsafe(48)}, {}):
            answer, _verifier = signed_in(stack, "linh", "linh")
            redemption = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": f"{stack.public_url}/auth/cli", "client_id": "relais-cli"}
            with pytest.raises(SignInRefused):
                exchange(stack.issuer, redemption | proof)

    def test_a_code_for_another_redirect_address(self, stack: RunningStack):
        answer, verifier = signed_in(stack, "linh", "linh")
        redemption = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": f"{stack.public_url}/auth/callback",
            "client_id": "relais-cli",
            "code_verifier": verifier,
        }
        with pytest.raises(SignInRefused):
            exchange(stack.issuer, redemption)

    def test_a_refresh_token_that_was_used_takes_its_whole_family_along(self, stack: RunningStack):
        first = walk("linh", "linh", issuer=stack.issuer, public_url=stack.public_url)
        second = renewed(stack, first.refresh)
        with pytest.raises(SignInRefused):
            renewed(stack, first.refresh)
        with pytest.raises(SignInRefused):
            renewed(stack, second.refresh)

    def test_tokens_for_a_page_of_another_origin(self, stack: RunningStack):
        """No CORS: the portal's tokens stay on its server, and no page asks for one."""
        request = Request(
            f"{stack.issuer}/protocol/openid-connect/token", data=b"grant_type=refresh_token&client_id=relais-cli&refresh_token=x", headers={"Origin": "https://attacker.example"}
        )
        with pytest.raises(HTTPError) as refusal:
            urlopen(request, timeout=10)
        with refusal.value:
            assert refusal.value.headers.get("Access-Control-Allow-Origin") is None

    def test_guessing_locks_the_account_for_a_while_and_then_the_right_password_too(self, stack: RunningStack, admin: KeycloakAdmin, victim: str):
        for _guess in range(10):
            with pytest.raises(SignInRefused):
                walk(victim, "wrong", issuer=stack.issuer, public_url=stack.public_url)
        known = admin.get_user_id(victim)
        until(lambda: admin.get_bruteforce_detection_status(known)["disabled"], "the account is locked", 10)
        with pytest.raises(SignInRefused):
            walk(victim, f"{victim}-right", issuer=stack.issuer, public_url=stack.public_url)
        admin.clear_bruteforce_attempts_for_user(known)
        assert walk(victim, f"{victim}-right", issuer=stack.issuer, public_url=stack.public_url).access


async def test_a_substitutes_token_says_for_whom(stack: RunningStack, admin: KeycloakAdmin, victim: str):
    known = admin.get_user_id(victim)
    account = admin.get_user(known)
    admin.update_user(known, account | {"attributes": account["attributes"] | {"acting_for": ["s-1"], "acting_for_names": ["Trần Thị Mai"]}})
    claims = await TokenVerifier(stack.issuer, "relais").verify(stack.sign_in(victim, f"{victim}-right"))
    assert (claims.acting_for, claims.acting_for_names) == (("s-1",), ("Trần Thị Mai",))
    assert (await TokenVerifier(stack.issuer, "relais").verify(stack.sign_in("linh"))).acting_for == ()


def question(stack: RunningStack) -> tuple[dict[str, str], str]:
    """What the command line asks the login page, and its proof."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"response_type": "code", "client_id": "relais-cli", "redirect_uri": f"{stack.public_url}/auth/cli", "scope": "openid", "state": "s"}
    return asked | {"code_challenge": challenge, "code_challenge_method": "S256"}, verifier


def signed_in(stack: RunningStack, username: str, password: str) -> tuple[dict[str, str], str]:
    """The answer of the login page, with the proof that redeems its code."""
    asked, verifier = question(stack)
    browser = Browser(asked["redirect_uri"])
    form = LoginForm.find(browser.get(f"{discovery(stack.issuer)['authorization_endpoint']}?{urlencode(asked)}"))
    page = browser.post(form.address, form.filled(username, password))
    assert page.arrived is not None
    assert parse_qs(urlsplit(page.address).query)["state"] == ["s"]
    return page.arrived, verifier


def renewed(stack: RunningStack, refresh: str) -> Any:
    return exchange(stack.issuer, {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": "relais-cli"})


def status(stack: RunningStack, token: str, method: str, path: str, body: Any) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = Request(stack.issuer.rpartition("/realms/")[0] + path, json.dumps(body).encode() if body is not None else None, headers, method=method)
    try:
        with urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as refusal:
        with refusal:
            return refusal.code
