"""Sign-in by a national identity provider: a second realm of the same Keycloak stands for the nation's."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from keycloak import KeycloakAdmin

from deploy.keycloak.national import National, connect, disconnect
from deploy.keycloak.provision import PROVISIONER
from deploy.local.sign_in import Browser, LoginForm, SignInRefused, discovery, exchange
from deploy.local.stack import RunningStack
from shared.tokens import TokenVerifier
from tests.identity.test_running_realm import question

pytestmark = [pytest.mark.identity, pytest.mark.full]

SECRET = "the nation's secret of forty characters ."


def administrator(stack: RunningStack, realm: str) -> KeycloakAdmin:
    server, secret = stack.issuer.rpartition("/realms/")[0], stack.state.secrets()["keycloak_admin"]
    return KeycloakAdmin(server_url=server, realm_name=realm, user_realm_name="master", client_id=PROVISIONER, client_secret_key=secret)


@pytest.fixture(scope="module")
def nation(stack: RunningStack) -> Iterator[KeycloakAdmin]:
    """Connected twice, which is as good as once; the realm is as before afterwards."""
    server = stack.issuer.rpartition("/realms/")[0]
    client = {
        "clientId": "relais",
        "secret": SECRET,
        "redirectUris": [f"{stack.issuer}/broker/national/endpoint"],
        "attributes": {"pkce.code.challenge.method": "S256"},
    }
    people = [
        {"username": name, "enabled": True, "email": f"{name}@gov.example", "firstName": name, "lastName": "Citizen", "credentials": [{"type": "password", "value": "national"}]}
        for name in ("linh", "stranger")
    ]
    master = administrator(stack, "master")
    master.create_realm({"realm": "nation", "enabled": True, "clients": [client], "users": people})
    admin = administrator(stack, "relais")
    for _time in range(2):
        connect(admin, National("national", "National sign-in", f"{server}/realms/nation", "relais", SECRET))
    yield admin
    disconnect(admin, "national")
    master.delete_realm("nation")


def sign_in_there(stack: RunningStack, username: str) -> str:
    """Through the button of our login page to the nation's login page and back."""
    asked, verifier = question(stack)
    browser = Browser(asked["redirect_uri"])
    form = LoginForm.find(browser.get(f"{discovery(stack.issuer)['authorization_endpoint']}?{urlencode(asked | {'kc_idp_hint': 'national'})}"))
    assert "/realms/nation/" in form.address
    answer: dict[str, Any] | None = browser.post(form.address, form.filled(username, "national")).arrived
    if answer is None:
        raise SignInRefused(f"{username} was not let in.")
    code = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": asked["redirect_uri"], "client_id": "relais-cli", "code_verifier": verifier}
    return exchange(stack.issuer, code).access


def test_who_was_invited_signs_in_there_with_the_rights_given_here(stack: RunningStack, nation: KeycloakAdmin):
    for _first_and_again in range(2):
        claims = asyncio.run(TokenVerifier(stack.issuer, "relais").verify(sign_in_there(stack, "linh")))
        assert claims.sub == nation.get_user_id("linh")
        assert (claims.iss, claims.name, claims.groups) == (stack.issuer, "Nguyễn Thùy Linh", ("/territories/VN-22",))


def test_who_was_not_invited_gets_no_account(stack: RunningStack, nation: KeycloakAdmin):
    with pytest.raises(SignInRefused):
        sign_in_there(stack, "stranger")
    assert nation.get_user_id("stranger") is None
