"""A realm that exists is brought to what the file says, as often as wanted."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.keycloak.provision import provision
from deploy.local.realm import realm
from deploy.local.sign_in import SignInRefused, client_token, walk
from deploy.local.stack import RunningStack
from shared.tokens import TokenVerifier

pytestmark = pytest.mark.full


@pytest.fixture
def file(stack: RunningStack) -> Iterator[dict[str, Any]]:
    """The realm file of the running Keycloak, which is what it was again afterwards."""
    before = realm(stack.public_url, stack.state.secrets()["portal_client"], stack.state.secrets()["accounts_client"])
    yield copy.deepcopy(before)
    apply(stack, before)


def apply(stack: RunningStack, file: dict[str, Any]) -> None:
    provision(f"http://127.0.0.1:{stack.port('identity')}", stack.state.secrets()["keycloak_admin"], file)


async def test_twice_is_once(stack: RunningStack, file: dict[str, Any]):
    apply(stack, file)
    apply(stack, file)
    claims = await TokenVerifier(stack.issuer, "relais").verify(stack.sign_in("linh"))
    assert (set(claims.roles), claims.groups) == ({"regional-administrator", "records-officer"}, ("/territories/VN-22",))


async def test_a_new_account_in_a_new_group(stack: RunningStack, file: dict[str, Any]):
    file["groups"][1]["subGroups"].append({"name": "VN-22-NEW"})
    file["users"].append({**copy.deepcopy(file["users"][0]), "username": "newcomer", "email": "newcomer@example.org", "groups": ["/facilities/VN-22-NEW"]})
    apply(stack, file)
    tokens = walk("newcomer", "linh", issuer=stack.issuer, public_url=stack.public_url)
    assert (await TokenVerifier(stack.issuer, "relais").verify(tokens.access)).groups == ("/facilities/VN-22-NEW",)


async def test_a_role_and_a_group_that_are_taken_away(stack: RunningStack, file: dict[str, Any]):
    file["users"][0] |= {"realmRoles": ["auditor"], "groups": []}
    apply(stack, file)
    claims = await TokenVerifier(stack.issuer, "relais").verify(stack.sign_in("linh"))
    assert "auditor" in claims.roles
    assert "regional-administrator" not in claims.roles
    assert claims.groups == ()


def test_a_scope_that_is_taken_away_is_refused(stack: RunningStack, file: dict[str, Any]):
    (ministry,) = [client for client in file["clients"] if client["clientId"] == "ministry-health"]
    ministry["optionalClientScopes"] = ["observatory.read"]
    apply(stack, file)
    assert client_token("ministry-health", "ministry-secret", "observatory.read", issuer=stack.issuer)
    with pytest.raises(SignInRefused):
        client_token("ministry-health", "ministry-secret", "registry.read", issuer=stack.issuer)
