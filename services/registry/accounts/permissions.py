"""Who keeps accounts: the administrator of a territory, for those below, with no role above their own, and never their own account."""

from collections.abc import Iterable

from services.registry.accounts.models import Account
from services.registry.rules import ACC_ROLES, SEC_02_ROLES
from shared.auth import ALLOWED, ROLES, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _

ADMINISTRATOR = "regional-administrator"
ABOVE = frozenset({"operations", "auditor", "ministry-analyst"})
"""Given by whoever runs the installation: they watch the administrators, or see further than a territory."""
GIVEN = ROLES - ABOVE


def can_read_accounts(caller: Caller) -> Permission:
    if caller.has_role(ADMINISTRATOR, "auditor"):
        return ALLOWED
    return Refusal("accounts-closed", _("Only the administrator of a territory and the auditor read its accounts."))


def can_keep_accounts(caller: Caller) -> Permission:
    if caller.has_role(ADMINISTRATOR):
        return ALLOWED
    return Refusal("accounts-are-kept-by-administrators", _("Only the administrator of a territory keeps its accounts."))


def can_give(caller: Caller, roles: Iterable[str]) -> Permission:
    """No role above the giver's own."""
    allowed = can_keep_accounts(caller)
    if allowed is not ALLOWED:
        return allowed
    above = sorted(set(roles) - GIVEN)
    if not above:
        return ALLOWED
    return Refusal(
        "role-above-yours",
        _("The role {role} is above yours: you neither give it nor keep the account of somebody who holds it."),
        {"role": above[0]},
        rule=ACC_ROLES,
        possible=_("Ask whoever runs this installation."),
    )


def can_give_for(caller: Caller, place: str, path: str) -> Permission:
    """A relation within the giver's own territory."""
    if caller.manages(path):
        return ALLOWED
    return Refusal(
        "place-not-yours", _("{place} is neither managed by your authority nor below it."), {"place": place}, rule=ACC_ROLES, possible=_("Ask the administrator of that place.")
    )


def can_keep_account(caller: Caller, account: Account) -> Permission:
    """An account within one's own territory, of nobody above, and never one's own (SEC-02)."""
    allowed = can_keep_accounts(caller)
    if allowed is not ALLOWED:
        return allowed
    if account.actor == caller.actor:
        return Refusal("own-account", _("Nobody changes or closes their own account."), rule=SEC_02_ROLES, possible=_("Ask another administrator."))
    if not caller.manages(account.authority_path):
        return Refusal("place-not-yours", _("{place} is neither managed by your authority nor below it."), {"place": account.username}, rule=ACC_ROLES)
    return can_give(caller, account.roles)


def can_name_substitute(caller: Caller, account: Account) -> Permission:
    """Being replaced is no gain: an administrator who leaves for some days names who stands in."""
    return can_give(caller, account.roles) if account.actor == caller.actor else can_keep_account(caller, account)
