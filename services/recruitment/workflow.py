"""The procedures of recruitment as tables: which act leads from which states to which."""

from shared.i18n import _
from shared.workflow import Workflow, act

PROPOSED, APPROVED = _("proposed"), _("approved")
IDENTIFIED, VALIDATED = _("identified"), _("validated")
DRAFT, PUBLISHED = _("draft"), _("published")
SUBMITTED, ELIGIBLE, INELIGIBLE = _("submitted"), _("eligible"), _("ineligible")
DECIDED, CONFLICTING, WITHDRAWN, REVOKED = _("decided"), _("conflicting"), _("withdrawn"), _("revoked")
DECLARED, ENDED = _("declared"), _("ended")
SENT, ACCEPTED, DECLINED, LAPSED, HIRED = _("sent"), _("accepted"), _("declined"), _("lapsed"), _("hired")
ADMITTED, INADMISSIBLE, APPEALED, DISMISSED = _("admitted"), _("inadmissible"), _("appealed"), _("dismissed")
LISTED, NUMBERED, MARKED, LIFTED, RANKED, RESULTS = _("listed"), _("numbered"), _("marks_closed"), _("anonymity_lifted"), _("ranked"), _("results")
OPEN, MEMBER, LEFT, ASKED, CLOSED = _("open"), _("member"), _("left"), _("asked"), _("closed")
OFFERED, LOOKING, KEPT, NOT_KEPT = _("offered"), _("looking"), _("kept"), _("not_kept")
CONTACTED, SOLVED, REFUSED = _("contacted"), _("solved"), _("refused")
RECEIVED, READ, INTERVIEW = _("received"), _("read"), _("interview")
UNDER_WAY, CROSSED, GIVEN_UP = _("under_way"), _("crossed"), _("given_up")

CITATION = "Relais rule book, recruitment (state machines)"

POLICY = Workflow("policy", {"approve": act(PROPOSED, to=APPROVED)}, CITATION)
NEED = Workflow("need", {"validate": act(IDENTIFIED, to=VALIDATED), "close": act(VALIDATED, to=CLOSED)}, CITATION)
CAMPAIGN = Workflow("campaign", {"publish": act(DRAFT, to=PUBLISHED)}, CITATION)
CANDIDACY = Workflow(
    "candidacy",
    {"find_eligible": act(SUBMITTED, to=ELIGIBLE), "find_ineligible": act(SUBMITTED, to=INELIGIBLE), "withdraw": act(SUBMITTED, ELIGIBLE, to=WITHDRAWN)},
    CITATION,
)
HIRE = Workflow(
    "hire",
    {
        "withdraw": act(PROPOSED, to=WITHDRAWN),
        "decide": act(PROPOSED, to=DECIDED),
        "conflict": act(PROPOSED, WITHDRAWN, to=CONFLICTING),
        "settle": act(CONFLICTING, to=DECIDED),
        "revoke": act(DECIDED, CONFLICTING, to=REVOKED),
    },
    CITATION,
)
SHORTAGE = Workflow("shortage", {"end": act(DECLARED, to=ENDED)}, CITATION)

OFFER = Workflow(
    "offer",
    {
        "accept": act(SENT, to=ACCEPTED),
        "decline": act(SENT, ACCEPTED, to=DECLINED),
        "lapse": act(SENT, ACCEPTED, to=LAPSED),
        "hire": act(ACCEPTED, to=HIRED),
    },
    CITATION,
)
CONTEST = Workflow(
    "contest",
    {
        "publish": act(DRAFT, to=PUBLISHED),
        "list": act(PUBLISHED, to=LISTED),
        "number": act(LISTED, to=NUMBERED),
        "close_marks": act(NUMBERED, to=MARKED),
        "lift": act(MARKED, to=LIFTED),
        "rank": act(LIFTED, RANKED, to=RANKED),
        "announce": act(RANKED, to=RESULTS),
    },
    CITATION,
)
APPLICATION = Workflow(
    "application",
    {
        "admit": act(SUBMITTED, to=ADMITTED),
        "refuse": act(SUBMITTED, to=INADMISSIBLE),
        "appeal": act(INADMISSIBLE, to=APPEALED),
        "grant_appeal": act(APPEALED, to=ADMITTED),
        "dismiss_appeal": act(APPEALED, to=DISMISSED),
        "withdraw": act(SUBMITTED, ADMITTED, to=WITHDRAWN),
    },
    CITATION,
)
ACCOMPANIMENT = Workflow("accompaniment", {"add_entry": act(OPEN, to=OPEN), "ask_service": act(OPEN, to=OPEN), "close": act(OPEN, to=CLOSED)}, CITATION)
SERVICE_OFFER = Workflow("service offer", {"end": act(OFFERED, to=ENDED)}, CITATION)
SERVICE_REQUEST = Workflow("service request", {"solve": act(ASKED, to=SOLVED), "refuse": act(ASKED, to=REFUSED), "withdraw": act(ASKED, to=WITHDRAWN)}, CITATION)
VACANCY = Workflow("vacancy", {"withdraw": act(PUBLISHED, to=WITHDRAWN)}, CITATION)
SITE_APPLICATION = Workflow("site application", {"withdraw": act(OPEN, to=WITHDRAWN), "end": act(OPEN, to=ENDED)}, CITATION)
CHOICE = Workflow(
    "choice",
    {
        "read": act(RECEIVED, to=READ),
        "interview": act(RECEIVED, READ, to=INTERVIEW),
        "keep": act(RECEIVED, READ, INTERVIEW, to=KEPT),
        "turn_down": act(RECEIVED, READ, INTERVIEW, to=NOT_KEPT),
        "withdraw": act(RECEIVED, READ, INTERVIEW, to=WITHDRAWN),
    },
    CITATION,
)
MEMBERSHIP = Workflow("membership", {"leave": act(MEMBER, to=LEFT)}, CITATION)
RESOURCE = Workflow("resource", {"end": act(OFFERED, to=ENDED)}, CITATION)
PROFILE = Workflow("profile", {"end": act(LOOKING, to=ENDED)}, CITATION)
CROSSING = Workflow("crossing", {"finish": act(UNDER_WAY, to=CROSSED), "give_up": act(UNDER_WAY, to=GIVEN_UP)}, CITATION)

SEATED = (PROPOSED, DECIDED)
"""States in which a hire takes a seat of its need and of its post."""
