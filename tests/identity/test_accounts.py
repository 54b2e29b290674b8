"""Accounts as people live them: invited, signed in, replaced, closed; and a Keycloak that is away in between. With the real Keycloak."""

import asyncio
import secrets
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urljoin
from zoneinfo import ZoneInfo

import pytest

from deploy.local.sign_in import Account, Browser, LoginForm, SignInRefused, discovery, exchange, walk
from deploy.local.stack import RunningStack
from shared.auth import ROLES
from shared.tokens import Claims, TokenVerifier
from tests.identity.test_running_realm import question, renewed
from tests.support.system import call, query, until

pytestmark = [pytest.mark.identity, pytest.mark.full]

PROVINCE, COMMUNE = "/territories/VN-22", "/territories/VN-22-06652"


@pytest.fixture(scope="module")
def linh(stack: RunningStack) -> Account:
    return stack.account("linh")


class Office:
    """The administrator's desk: the accounts API of a running system."""

    def __init__(self, stack: RunningStack, who: Account) -> None:
        self.stack, self.who, self.path = stack, who, f"{stack.public_url}/api/v1/registry/accounts"

    def ok(self, path: str = "", method: str = "GET", body: Any = None, **params: Any) -> Any:
        status, answer = call(self.who, self.path + path, method, body, **params)
        assert status < 300, answer
        return answer

    def invite(self, **more: Any) -> dict[str, Any]:
        username = f"n{secrets.token_hex(4)}"
        body = {"username": username, "email": f"{username}@example.org", "name": f"Ngô {username}", "language": "vi", "roles": ["mentor"], "relations": [COMMUNE]} | more
        made: dict[str, Any] = self.ok(method="POST", body=body)
        return made

    def applied(self, account: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
        """Wait until the identity provider has followed."""
        until(lambda: self.ok(f"/{account['id']}")["application"]["state"] == "applied", f"{account['username']} is applied", seconds)
        found: dict[str, Any] = self.ok(f"/{account['id']}")
        return found

    def newcomer(self, made: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Somebody invited who has signed in once, and the password that they chose."""
        self.applied(made)
        first, own = self.ok(f"/{made['id']}/first-password", "PUT")["password"], secrets.token_urlsafe(12)
        choose_password(self.stack, made["username"], first, own)
        return made, own

    @property
    def today(self) -> date:
        return self.stack.stack.today or datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()


@pytest.fixture(scope="module")
def office(stack: RunningStack, linh: Account) -> Iterator[Office]:
    yield Office(stack, linh)


def choose_password(stack: RunningStack, username: str, first: str, own: str) -> None:
    """The first sign-in: the password that was handed over lets nobody in, it only opens the page that asks for another."""
    asked, verifier = question(stack)
    browser = Browser(asked["redirect_uri"])
    form = LoginForm.find(browser.get(f"{discovery(stack.issuer)['authorization_endpoint']}?{urlencode(asked)}"))
    page = browser.post(form.address, form.filled(username, first))
    assert page.arrived is None
    choice = LoginForm()
    choice.feed(page.text)
    page = browser.post(urljoin(page.address, choice.action or page.address), choice.fields | {"password-new": own, "password-confirm": own})
    assert page.arrived is not None, page.text
    assert exchange(
        stack.issuer,
        {"grant_type": "authorization_code", "code": page.arrived["code"], "redirect_uri": asked["redirect_uri"], "client_id": "relais-cli", "code_verifier": verifier},
    ).access


def claims_of(stack: RunningStack, username: str, password: str) -> Claims:
    return asyncio.run(TokenVerifier(stack.issuer, "relais").verify(stack.sign_in(username, password)))


def test_invited_signed_in_granted_and_closed(stack: RunningStack, office: Office):
    made, password = office.newcomer(office.invite())
    claims = claims_of(stack, made["username"], password)
    assert (claims.name, set(claims.roles) & ROLES, claims.groups) == (made["name"], {"mentor"}, (COMMUNE,))
    assert "offline_access" not in claims.roles
    status, refusal = call(office.who, f"{office.path}/{made['id']}/first-password", "PUT")
    assert (status, refusal["type"].rsplit("/", 1)[-1]) == (409, "password-is-theirs")

    office.ok(f"/{made['id']}/grants", "PUT", {"roles": ["adviser", "facility-hr-officer"], "relations": [PROVINCE]})
    office.applied(made)
    claims = claims_of(stack, made["username"], password)
    assert (set(claims.roles) & ROLES, claims.groups) == ({"adviser", "facility-hr-officer"}, (PROVINCE,))

    open_session = walk(made["username"], password, issuer=stack.issuer, public_url=stack.public_url)
    office.ok(f"/{made['id']}/closure", "POST", {"reason": "Left"})
    office.applied(made)
    with pytest.raises(SignInRefused):
        renewed(stack, open_session.refresh)
    with pytest.raises(SignInRefused):
        stack.sign_in(made["username"], password)
    acts = query(stack, "registry", f"SELECT act FROM audit WHERE subject_id = '{made['id']}' ORDER BY seq")
    assert [act for (act,) in acts] == ["account.invited", "account.first_password_given", "account.granted", "account.closed"]


def test_a_substitute_holds_what_the_absent_holds_for_these_days_and_the_audit_says_for_whom(stack: RunningStack, office: Office):
    absent = office.invite(roles=["facility-hr-officer"], relations=[PROVINCE])
    stand_in, password = office.newcomer(office.invite(roles=["mentor"], relations=[PROVINCE]))
    office.applied(absent)
    days = {"starts_on": office.today.isoformat(), "ends_on": (office.today + timedelta(days=3)).isoformat(), "reason": "Annual leave"}
    named = office.ok(f"/{absent['id']}/substitutes", "POST", {"substitute_id": stand_in["id"]} | days)
    office.applied(stand_in)
    claims = claims_of(stack, stand_in["username"], password)
    assert set(claims.roles) & ROLES == {"mentor", "facility-hr-officer"}
    assert claims.acting_for_names == (absent["name"],)

    person = {"names": [{"kind": "legal", "value": "Lý Thị Sen"}], "birth_date": "1990-05-05", "sex": "female", "purposes": ["worker"]}
    answers: list[tuple[int, Any]] = []

    def registered() -> bool:
        # What was issued within seconds of a change of roles counts as issued before it (docs/decisions/0016): the person's browser then asks for another token.
        answers.append(call(stack.sign_in(stand_in["username"], password), f"{stack.public_url}/api/v1/registry/persons", "POST", person))
        return answers[-1][0] != 401

    until(registered, "a token of after the change is taken")
    status, made = answers[-1]
    assert status == 201, made
    [(for_whom,)] = query(stack, "registry", f"SELECT for_whom FROM audit WHERE act = 'person.registered' AND subject_id = '{made['id']}'")
    assert for_whom == [f"{stack.issuer}#{claims.acting_for[0]}"]

    office.ok(f"/{absent['id']}/substitutes/{named['id']}/ending", "POST")
    office.applied(stand_in)
    claims = claims_of(stack, stand_in["username"], password)
    assert (set(claims.roles) & ROLES, claims.acting_for) == ({"mentor"}, ())


def test_no_account_is_taken_over_by_its_name(stack: RunningStack, office: Office):
    """An account that others made and that has no place is not written here: inviting somebody under its name must not change it."""
    made = office.invite(username="ops", roles=["facility-hr-officer"])
    until(lambda: office.ok(f"/{made['id']}")["application"]["state"] == "refused", "the name is refused")
    assert office.ok(f"/{made['id']}")["application"]["trouble"] == "username-taken"
    assert stack.sign_in("ops")
    office.ok(f"/{made['id']}/closure", "POST", {"reason": "taken"})
    office.applied(made)
    assert stack.sign_in("ops")


def test_those_whom_keycloak_has_already_are_seen(office: Office):
    until(lambda: {"linh", "director", "deputy"} <= {one["username"] for one in office.ok(limit=200)["items"]}, "the accounts of the province are seen", 120)
    assert "hanoi" not in {one["username"] for one in office.ok(limit=200)["items"]}
    assert office.ok("/kept")["kept_by"] == "keycloak"


def test_while_keycloak_is_away_nothing_is_lost(stack: RunningStack, office: Office):
    linh = Account("linh", "linh", stack.issuer, stack.public_url)
    desk = Office(stack, linh)
    linh.token()
    stack.hold("identity")
    try:
        made = desk.invite()
        until(lambda: desk.ok(f"/{made['id']}")["application"]["trouble"] == "provider-away", "it says that Keycloak is away")
        assert desk.ok("/kept")["waiting"] >= 1
    finally:
        stack.release("identity", patience=240)
    office.applied(made, 120)
