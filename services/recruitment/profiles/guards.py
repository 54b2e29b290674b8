"""What the file of somebody who looks for work must fulfil."""

from services.recruitment.needs.models import Need
from services.recruitment.profiles.models import CONSENT, DECIDED_ONCE, ONCE, Consent, Profile
from services.recruitment.workflow import LOOKING, VALIDATED
from shared.errors import Refused
from shared.i18n import _, translate


def must_be_looking(profile: Profile) -> None:
    """Raises Refused for somebody who looks for nothing any more."""
    if profile.state != LOOKING:
        raise Refused("looks-for-nothing", _("This person looks for nothing in this pool any more."), rule=ONCE, possible=_("Open a new file when the person asks for it."))


def must_have_a_consent(profile: Profile) -> Consent:
    """The consent that stands. Raises Refused when there is none."""
    if profile.consent is None:
        raise Refused("no-consent-stands", _("No consent of this person stands."), rule=CONSENT, possible=_("Nothing is shown to anybody; nothing remains to be done."))
    return profile.consent


def need_must_be_open(need: Need, profile: Profile) -> None:
    """Decided is on a validated need of the same pool. Raises Refused."""
    if need.state != VALIDATED:
        raise Refused(
            "need-not-open",
            _("The need is “{state}”."),
            rule=DECIDED_ONCE,
            possible=_("Choose a need that is validated and not closed."),
            state=translate(need.state),
        )
    if need.pool_id != profile.pool_id:
        raise Refused(
            "need-of-another-pool", _("The need was not put before the pool in which this person looks for work."), rule=CONSENT, possible=_("Choose a need of the same pool.")
        )


def must_be_shown_to(profile: Profile, facility_code: str) -> None:
    """Somebody is offered to an employer only with their consent, whoever sees both (PTRH-02). Raises Refused."""
    if facility_code not in profile.shared_with:
        raise Refused(
            "no-consent-for-this-employer",
            _("The person has not consented to be shown to {facility}."),
            rule=CONSENT,
            possible=_("Ask the person, and record the consent first."),
            facility=facility_code,
        )
