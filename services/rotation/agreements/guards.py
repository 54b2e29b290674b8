"""What an agreement must be for some acts."""

from typing import TYPE_CHECKING

from services.rotation.agreements.models import Agreement
from services.rotation.agreements.workflow import AGREEMENT, DRAFT, LIVE
from shared.errors import Malformed, Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule

if TYPE_CHECKING:
    from services.rotation.agreements.schemas import AgreementCreate


def must_be_live(agreement: Agreement) -> None:
    """Focal points change, and series are planned, until the agreement is over. Raises Refused."""
    if agreement.state not in (DRAFT, *LIVE):
        raise Refused(
            "agreement-over",
            _("The agreement is over: the state is “{state}”."),
            rule=Rule("AGR-LIVE", sorted((DRAFT, *LIVE)), "states that allow it", AGREEMENT.citation),
            possible=_("Draft a new agreement between the two facilities."),
            state=translate(agreement.state),
        )


def must_follow(previous: Agreement, body: "AgreementCreate") -> None:
    """What follows an agreement is between the same two sides and begins later. Raises Malformed."""
    if {previous.giver_code, previous.receiver_code} != {body.giver_code, body.receiver_code} or previous.model != body.model:
        raise Malformed.field("previous_id", _("This agreement is between other facilities."))
    if previous.starts_on >= body.starts_on:
        raise Malformed.field("previous_id", _("This agreement begins on {day}, not before the new one."), day=previous.starts_on.isoformat())
