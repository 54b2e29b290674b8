"""Who revokes: whoever runs the installation. A client or an account is also taken away at the identity provider; this ends what it was given before."""

from shared.auth import with_role

can_revoke = with_role("operations")
