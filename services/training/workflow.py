"""The procedures of plans, sessions, enrolments, certificates and credits as tables: which act leads from which states to which."""

from shared.i18n import _
from shared.workflow import Workflow, act

DRAFT, SUBMITTED, ARBITRATED, APPROVED, EXECUTING, CLOSED = _("draft"), _("submitted"), _("arbitrated"), _("approved"), _("executing"), _("closed")
PLANNED, OPEN, CONFIRMED, RUNNING, DONE, EVALUATED = _("planned"), _("open"), _("confirmed"), _("running"), _("done"), _("evaluated")
POSTPONED, CANCELLED = _("postponed"), _("cancelled")
WAITING, REQUESTED, CONVENED, ATTENDED, ABSENT = _("waiting"), _("requested"), _("convened"), _("attended"), _("absent")
PASSED, FAILED, CREDITED, WITHDRAWN = _("passed"), _("failed"), _("credited"), _("withdrawn")
ISSUED, REVOKED = _("issued"), _("revoked")
DECLARED, VERIFIED, REFUSED, OPENING = _("declared"), _("verified"), _("refused"), _("opening")
RETIRED = _("retired")

CITATION = "Relais rule book, training (state machines)"

COURSE = Workflow("course", {"retire": act(OPEN, to=RETIRED), "reopen": act(RETIRED, to=OPEN)}, CITATION)
PLAN = Workflow(
    "plan",
    {
        "submit": act(DRAFT, to=SUBMITTED),
        "return": act(SUBMITTED, ARBITRATED, to=DRAFT),
        "arbitrate": act(SUBMITTED, to=ARBITRATED),
        "approve": act(ARBITRATED, to=APPROVED),
        "execute": act(APPROVED, to=EXECUTING),
        "close": act(APPROVED, EXECUTING, to=CLOSED),
    },
    CITATION,
)
SESSION = Workflow(
    "session",
    {
        "open": act(PLANNED, to=OPEN),
        "confirm": act(OPEN, to=CONFIRMED),
        "start": act(CONFIRMED, to=RUNNING),
        "hold": act(CONFIRMED, RUNNING, to=DONE),
        "evaluate": act(DONE, to=EVALUATED),
        "postpone": act(PLANNED, OPEN, CONFIRMED, to=POSTPONED),
        "reschedule": act(POSTPONED, to=OPEN),
        "cancel": act(PLANNED, OPEN, CONFIRMED, POSTPONED, to=CANCELLED),
    },
    CITATION,
)
ENROLMENT = Workflow(
    "enrolment",
    {
        "seat": act(WAITING, to=REQUESTED),
        "unseat": act(REQUESTED, CONVENED, to=WAITING),
        "convene": act(REQUESTED, to=CONVENED),
        "attend": act(CONVENED, ATTENDED, ABSENT, PASSED, FAILED, to=ATTENDED),
        "miss": act(CONVENED, ATTENDED, ABSENT, PASSED, FAILED, to=ABSENT),
        "pass": act(ATTENDED, PASSED, FAILED, to=PASSED),
        "fail": act(ATTENDED, PASSED, FAILED, to=FAILED),
        "credit": act(ATTENDED, PASSED, to=CREDITED),
        "uncredit": act(CREDITED, to=PASSED),
        "withdraw": act(WAITING, REQUESTED, CONVENED, to=WITHDRAWN),
    },
    CITATION,
)
CERTIFICATE = Workflow("certificate", {"revoke": act(ISSUED, to=REVOKED)}, CITATION)
CREDIT = Workflow("credit", {"verify": act(DECLARED, to=VERIFIED), "refuse": act(DECLARED, to=REFUSED)}, CITATION)

SEATED = (REQUESTED, CONVENED, ATTENDED, ABSENT, PASSED, FAILED, CREDITED)
CAME = (ATTENDED, PASSED, FAILED, CREDITED)
