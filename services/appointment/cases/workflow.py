"""The procedure of a case: principle, candidates, the pack's steps, file, decision; and how it stops."""

from shared.i18n import _
from shared.workflow import Workflow, act

OPENED, PRINCIPLE_REQUESTED, PRINCIPLE_GRANTED = _("opened"), _("principle_requested"), _("principle_granted")
SCREENED, VOTED, FILE_COMPLETED = _("candidates_screened"), _("voted"), _("file_completed")
PROPOSED, DECIDED, REVOKED, STOPPED = _("decision_proposed"), _("decided"), _("revoked"), _("stopped")

NO_MAJORITY, FAILED_CONDITIONS, AUTHORITY_REFUSAL = "no_majority", "failed_conditions", "authority_refusal"

FIRST, HIGHER, EQUIVALENT, REAPPOINT, EXTEND, TRANSFER, ACTING, RESIGN, REMOVE = (
    "first",
    "higher",
    "equivalent",
    "reappoint",
    "extend",
    "transfer",
    "acting",
    "resign",
    "remove",
)
NEED_PRINCIPLE = frozenset({FIRST, HIGHER, EQUIVALENT})
OF_A_MANDATE = frozenset({REAPPOINT, EXTEND, RESIGN, REMOVE})
END_A_MANDATE = frozenset({RESIGN, REMOVE})
DECISIONS = {
    FIRST: "appointment",
    HIGHER: "appointment",
    EQUIVALENT: "appointment",
    REAPPOINT: "reappointment",
    EXTEND: "extension",
    TRANSFER: "transfer",
    ACTING: "acting",
    RESIGN: "resignation",
    REMOVE: "removal",
}
"""The kind under which a case's decision is filed in the register."""

CASE = Workflow(
    "case",
    {
        "request_principle": act(OPENED, to=PRINCIPLE_REQUESTED),
        "grant_principle": act(PRINCIPLE_REQUESTED, to=PRINCIPLE_GRANTED),
        "screen": act(OPENED, PRINCIPLE_GRANTED, to=SCREENED),
        "hold_step": act(SCREENED, to=SCREENED),
        "conclude_votes": act(SCREENED, to=VOTED),
        "complete_file": act(VOTED, to=FILE_COMPLETED),
        "propose_decision": act(FILE_COMPLETED, to=PROPOSED),
        "decide": act(PROPOSED, to=DECIDED),
        "record_outcome": act(OPENED, to=DECIDED),
        "revoke": act(DECIDED, to=REVOKED),
        "withdraw": act(PROPOSED, to=FILE_COMPLETED),
        "stop": act(OPENED, PRINCIPLE_REQUESTED, PRINCIPLE_GRANTED, SCREENED, VOTED, FILE_COMPLETED, to=STOPPED),
    },
    citation="Decision 727/QĐ-BNV of 2025, procedure for appointing officials of public units (principle, candidates, steps, file, decision)",
)
