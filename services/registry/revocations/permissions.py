"""Who revokes: whoever runs the installation, and everybody their own sign-in. A client or an account is also taken away at the identity provider; this ends what
it was given before."""

from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _

can_revoke = with_role("operations")


def can_sign_out(caller: Caller) -> Permission:
    """A person ends the sign-in with which they ask."""
    if caller.is_machine or not caller.sign_in:
        return Refusal("no-sign-in", _("This token is not of a person who signed in."))
    return ALLOWED
