"""What an offer must fulfil: a day to answer until, and an acceptance before a hire."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from services.recruitment.offers.models import Offer
from services.recruitment.workflow import ACCEPTED
from shared.errors import Refused
from shared.i18n import _, translate
from shared.rulepacks import RulePack


def answer_must_be_in_time(offer: Offer, day: date, pack: RulePack) -> None:
    """An offer is accepted until its last day, whole; it lapses the next day. Raises Refused."""
    if day > offer.expires_on:
        raise Refused(
            "offer-expired",
            _("The offer was open until {expires}; the answer is of {day}."),
            rule=pack.rule("REC-OFFER"),
            possible=_("Record that the offer lapsed; the next on the waiting list is called."),
            expires=offer.expires_on.isoformat(),
            day=day.isoformat(),
        )


def time_must_be_over(offer: Offer, day: date, pack: RulePack) -> None:
    """Nobody loses a post before the last day is over. Raises Refused."""
    if day <= offer.expires_on:
        raise Refused(
            "offer-still-open",
            _("The offer is open until {expires}."),
            rule=pack.rule("REC-OFFER"),
            possible=_("It lapses on {next} or later; the person may decline before."),
            expires=offer.expires_on.isoformat(),
            next=(offer.expires_on + timedelta(days=1)).isoformat(),
        )


def post_must_be_accepted(offers: Sequence[Offer], post_id: UUID, pack: RulePack) -> Offer | None:
    """Whoever was sent an offer is hired for the post that they accepted; without any offer a hire needs none. Raises Refused."""
    if not offers:
        return None
    accepted = next((offer for offer in offers if offer.state == ACCEPTED), None)
    if accepted is not None and accepted.post_id == post_id:
        return accepted
    raise Refused(
        "offer-not-accepted",
        _("The person has not accepted this post; the last offer is “{state}”."),
        rule=pack.rule("REC-NEED"),
        possible=_("Record the acceptance, or choose the post that was accepted."),
        state=translate(offers[-1].state),
    )
