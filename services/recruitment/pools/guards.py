"""What the acts of a pool must fulfil."""

from services.recruitment.pools.models import CHARTER, MEMBERS, Charter, Partner, Pool
from shared.errors import Refused
from shared.i18n import _


def charter_of(pool: Pool) -> Charter:
    """The edition in force. Raises Refused while none is published."""
    if pool.charter is None:
        raise Refused("no-charter", _("No charter of this pool is published yet."), rule=CHARTER, possible=_("The coordinator publishes the charter first."))
    return pool.charter


def member_of(pool: Pool, facility_code: str) -> Partner:
    """The membership of a facility. Raises Refused when it has none today."""
    partner = pool.member(facility_code)
    if partner is None:
        raise Refused(
            "not-a-member",
            _("{facility} is not a member of this pool."),
            rule=MEMBERS,
            possible=_("The coordinator adds it to the pool first."),
            facility=facility_code,
        )
    return partner


def member_that_accepted(pool: Pool, facility_code: str) -> Partner:
    """A member takes part once it has accepted a charter. Raises Refused."""
    partner = member_of(pool, facility_code)
    if not partner.acceptances:
        raise Refused(
            "charter-not-accepted",
            _("{facility} has not accepted the charter of this pool."),
            rule=CHARTER,
            possible=_("Have the charter accepted first; the pool then opens to this member."),
            facility=facility_code,
        )
    return partner


def employer_of(pool: Pool, facility_code: str) -> Partner:
    """Who has posts to fill. Raises Refused for a partner without posts."""
    partner = member_that_accepted(pool, facility_code)
    if partner.takes_part_as != "employer":
        raise Refused(
            "partner-without-posts",
            _("{facility} takes part in this pool without posts of its own."),
            rule=MEMBERS,
            possible=_("State the need for the employer whose post it is."),
            facility=facility_code,
        )
    return partner
