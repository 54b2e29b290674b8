"""The running identity provider, whichever it is: who gets in, with which claims, and what is refused."""

import base64
import hashlib
import json
import secrets
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from deploy.local.realm import DemoAccount, demo_accounts
from deploy.local.sign_in import Browser, LoginForm, SignInRefused, account, client_token, discovery, exchange, walk
from deploy.local.stack import RunningStack
from deploy.local.state import SERVICES
from shared.tokens import Claims, TokenVerifier

pytestmark = pytest.mark.identity


async def claims_of(stack: RunningStack, token: str) -> Claims:
    return await TokenVerifier(stack.issuer, "relais").verify(token)


def spoken(token: str) -> dict:
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def ask(stack: RunningStack, **changes: str | None):
    """Opens the login page as the command line does, but for what is changed."""
    question = {
        "response_type": "code",
        "client_id": "relais-cli",
        "redirect_uri": f"{stack.public_url}/auth/cli",
        "scope": "openid",
        "state": "s",
        "code_challenge": base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    asked = {name: value for name, value in (question | changes).items() if value is not None}
    return Browser(question["redirect_uri"]).get(f"{discovery(stack.issuer)['authorization_endpoint']}?{urlencode(asked)}")


class TestWhoGetsIn:
    @pytest.mark.parametrize("person", demo_accounts(), ids=lambda person: person.username)
    async def test_each_demo_account_with_its_name_roles_and_groups(self, stack: RunningStack, person: DemoAccount):
        claims = await claims_of(stack, stack.sign_in(person.username))
        assert (claims.name, set(claims.roles), claims.groups) == (person.name, set(person.roles), person.groups)
        assert claims.iss == stack.issuer
        assert claims.client_id == "relais-cli"
        assert not claims.is_machine

    async def test_a_machine_with_its_scopes_and_no_role(self, stack: RunningStack):
        claims = await claims_of(stack, stack.client_token("ministry-health"))
        assert set(claims.scopes) == {f"{service}.read" for service in SERVICES if service != "portal"} | {"registry.extract", "territory:VN-22"}
        assert claims.is_machine
        assert claims.client_id == "ministry-health"
        assert claims.groups == ()

    def test_a_token_lives_five_minutes(self, stack: RunningStack):
        said = spoken(stack.sign_in("linh"))
        assert said["exp"] - said["iat"] == 300

    def test_a_session_goes_on_with_a_new_token_each_time(self, stack: RunningStack):
        tokens = walk("linh", "linh", issuer=stack.issuer, public_url=stack.public_url)
        renewed = exchange(stack.issuer, {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "client_id": "relais-cli"})
        assert renewed.access != tokens.access
        assert renewed.refresh != tokens.refresh
        with pytest.raises(SignInRefused):
            exchange(stack.issuer, {"grant_type": "refresh_token", "refresh_token": tokens.refresh, "client_id": "relais-cli"})

    def test_an_account_signs_in_again_when_its_session_was_ended(self, stack: RunningStack):
        linh = account("linh", issuer=stack.issuer, public_url=stack.public_url)
        first = linh.token()
        assert linh.token() == first
        linh.tokens = type(linh.tokens)(access=first, refresh="ended", ends_at=0)
        assert linh.token() != first


class TestWhoDoesNot:
    @pytest.mark.parametrize(("username", "password"), [("linh", "wrong"), ("nobody", "nobody"), ("linh", "")])
    def test_a_wrong_name_or_password(self, stack: RunningStack, username: str, password: str):
        with pytest.raises(SignInRefused):
            walk(username, password, issuer=stack.issuer, public_url=stack.public_url)

    @pytest.mark.parametrize(
        "client",
        [{"client_id": "relais-cli"}, {"client_id": "admin-cli"}, {"client_id": "ministry-health", "client_secret": "ministry-secret"}],
        ids=lambda client: client["client_id"],
    )
    def test_nobody_by_sending_a_password_to_the_token_address(self, stack: RunningStack, client: dict[str, str]):
        with pytest.raises(SignInRefused):
            exchange(stack.issuer, {"grant_type": "password", "username": "linh", "password": "linh", "scope": "openid", **client})

    @pytest.mark.parametrize(("challenge", "method"), [(None, None), ("a" * 43, "plain")], ids=["none", "plain"])
    def test_a_code_without_proof_key(self, stack: RunningStack, challenge: str | None, method: str | None):
        page = ask(stack, code_challenge=challenge, code_challenge_method=method)
        assert page.arrived is None or "error" in page.arrived
        with pytest.raises(SignInRefused):
            LoginForm.find(page)

    @pytest.mark.parametrize("address", ["http://example.org/auth/cli", "{here}/auth/cli/more", "{here}/elsewhere", "https://example.org/auth/cli"])
    def test_another_redirect_address(self, stack: RunningStack, address: str):
        page = ask(stack, redirect_uri=address.format(here=stack.public_url))
        assert page.arrived is None
        with pytest.raises(SignInRefused, match="no login form"):
            LoginForm.find(page)

    def test_a_code_used_twice_or_with_another_proof(self, stack: RunningStack):
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        redirect = f"{stack.public_url}/auth/cli"
        question = {
            "response_type": "code",
            "client_id": "relais-cli",
            "redirect_uri": redirect,
            "scope": "openid",
            "state": "s",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        browser = Browser(redirect)
        form = LoginForm.find(browser.get(f"{discovery(stack.issuer)['authorization_endpoint']}?{urlencode(question)}"))
        arrived = browser.post(form.address, form.filled("linh", "linh")).arrived
        assert arrived is not None
        redemption = {"grant_type": "authorization_code", "code": arrived["code"], "redirect_uri": redirect, "client_id": "relais-cli", "code_verifier": verifier}
        assert exchange(stack.issuer, redemption).access
        with pytest.raises(SignInRefused):
            exchange(stack.issuer, redemption)

    def test_a_machine_beyond_its_scopes_or_with_another_secret(self, stack: RunningStack):
        with pytest.raises(SignInRefused):
            client_token("ministry-health", "ministry-secret", "registry.read territory:VN-01", issuer=stack.issuer)
        with pytest.raises(SignInRefused):
            client_token("ministry-health", "another", "registry.read", issuer=stack.issuer)


class TestTheDoor:
    def test_a_person_and_a_machine_are_let_in_and_a_stranger_is_not(self, stack: RunningStack):
        address = f"{stack.public_url}/api/v1/registry/areas?country=VN&level=province"
        for token in (stack.sign_in("linh"), stack.client_token("ministry-health")):
            with urlopen(Request(address, headers={"Authorization": f"Bearer {token}"}), timeout=10) as answer:
                assert answer.status == 200
        with pytest.raises(HTTPError) as refusal:
            urlopen(Request(address), timeout=10)
        with refusal.value:
            assert refusal.value.code == 401
            assert refusal.value.headers["Content-Type"].startswith("application/problem+json")
