"""What a hire must fulfil: an eligible candidacy, a need that still has a seat, a post that is open and free."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.recruitment.candidacies.models import Candidacy
from services.recruitment.hires.models import Hire, Signature
from services.recruitment.needs.models import Need
from services.recruitment.replicas.models import Post
from services.recruitment.workflow import CLOSED, ELIGIBLE, HIRE
from shared.errors import Malformed, Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule, RulePack


def candidacy_must_be_eligible(candidacy: Candidacy) -> None:
    """Only a person found eligible is proposed. Raises Refused."""
    if candidacy.state != ELIGIBLE:
        raise Refused(
            "candidacy-not-eligible",
            _("The candidacy is “{state}”."),
            rule=Rule("REC-ELIGIBLE", ELIGIBLE, "state of the candidacy", "Relais rule book, recruitment (only a person found eligible is proposed)"),
            possible=_("Decide on the eligibility first."),
            state=translate(candidacy.state),
        )


def need_must_have_room(need: Need, hires: int, pack: RulePack) -> None:
    """A need is never answered twice, nor once it is closed. Raises Refused."""
    if need.state == CLOSED:
        raise Refused("need-closed", _("The need is closed."), rule=pack.rule("REC-NEED"), possible=_("Identify and validate another need."))
    if hires >= need.quantity:
        raise Refused(
            "need-filled",
            _("The need asks {quantity} people and {hires} are already hired or proposed."),
            rule=replace(pack.rule("REC-NEED"), value=need.quantity),
            possible=_("Identify and validate another need."),
            quantity=need.quantity,
            hires=hires,
        )


def post_must_fit(post: Post, candidacy: Candidacy, starts_on: date, pack: RulePack) -> None:
    """The post is at the place of the need, for an accepted title, and open on the first day. Raises Malformed or Refused."""
    if post.facility_code != candidacy.facility_code:
        raise Malformed.field("post_id", _("There is no post with this identifier at {facility}."), facility=candidacy.facility_code)
    rule = pack.rule("REC-TITLES")
    accepted = [post.occupation_code, *rule.value.get(post.occupation_code, [])]
    if candidacy.occupation_code not in accepted:
        raise Refused(
            "post-of-another-title",
            _("The post is for {wanted}, the person is {occupation}."),
            rule=replace(rule, value=accepted),
            possible=_("Choose a post for this title."),
            wanted=post.occupation_code,
            occupation=candidacy.occupation_code,
        )
    if post.frozen:
        raise Refused(
            "post-frozen",
            _("The post is frozen."),
            rule=Rule("POST-FROZEN", "not frozen", "state of the post", "Relais rule book, establishment (a frozen post is not filled)"),
            possible=_("Have the post released in the registry, or choose another one."),
        )
    if not post.is_open(starts_on):
        raise Refused(
            "post-not-open",
            _("The post is not open on {day}."),
            rule=Rule(
                "POST-OPEN",
                [post.open_from.isoformat(), post.close_to.isoformat() if post.close_to else None],
                "period",
                "Relais rule book, establishment (a post is filled while it is open)",
            ),
            possible=_("Choose a first day within the post's period, or another post."),
            day=starts_on.isoformat(),
        )


def post_must_have_room(post: Post, on_their_way: int, pack: RulePack) -> None:
    """Authorised − filled − already promised leaves a seat. Raises Refused."""
    if post.fte - post.filled - on_their_way <= Decimal(0):
        raise Refused(
            "post-full",
            _("The post has {seats} seats, {filled} filled and {promised} promised."),
            rule=replace(pack.rule("REC-NEED"), value=str(post.fte)),
            possible=_("Choose a vacant post, or have another one opened."),
            seats=str(post.fte.normalize()),
            filled=str(post.filled.normalize()),
            promised=on_their_way,
        )


def signature_to_settle(hire: Hire) -> Signature:
    """Only a signed hire that was set aside is judged again. Raises Refused."""
    HIRE.after("settle", hire.state)
    assert hire.signature is not None
    return hire.signature


def signatory_must_be_another(hire: Hire, signed_by: str, pack: RulePack) -> None:
    """Who proposed a hire does not sign it (SEC-02). Raises Refused."""
    if signed_by == hire.proposed_by:
        raise Refused(
            "signatory-is-proposer",
            _("Another person than the one who proposed the hire must sign it."),
            rule=pack.rule("SEC-02"),
            possible=_("Have the decision revoked, and signed by another person."),
        )


def signature_must_follow_proposal(hire: Hire, signed_on: date) -> None:
    """Raises Refused when the decision is dated before what it decides."""
    if signed_on < hire.proposed_on:
        raise Refused(
            "signed-before-proposed",
            _("The decision is dated {signed}, the hire was proposed on {proposed}."),
            rule=Rule("REC-ORDER", hire.proposed_on.isoformat(), "earliest day", "Relais rule book, recruitment (a decision follows its proposal)"),
            possible=_("Sign on {proposed} or later."),
            signed=signed_on.isoformat(),
            proposed=hire.proposed_on.isoformat(),
        )
