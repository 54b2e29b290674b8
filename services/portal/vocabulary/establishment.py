"""Words of posts, assignments, employments and the establishment."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "authorised": State("check2", "ink", _("Authorised")),
    "over_filled": State("exclamation-triangle", "bad", _("Over-filled")),
    "abolished": State("dash-circle", "", _("Abolished")),
    "ceiling_asked": State("inbox", "ink", _("Asked")),
    "ceiling_arbitrated": State("check2", "ink", _("Arbitrated")),
    "ceiling_notified": State("broadcast", "good", _("Notified")),
    "round_open": State("circle", "ink", _("Open")),
    "round_notified": State("broadcast", "good", _("Notified")),
    "functionally_empty": State("person-x", "warn", _("Functionally empty")),
}

LABELS = {
    "due": {"contract_ends": _("Contract that ends")},
    "post_act": {
        "recorded": _("Opened"),
        "changed": _("Changed"),
        "frozen": _("Frozen"),
        "unfrozen": _("Freed"),
        "abolished": _("Abolished"),
    },
    "act_on_post": {"change": _("Change the post"), "freeze": _("Freeze the post"), "unfreeze": _("Lift the freezing"), "abolish": _("Abolish the post")},
    "act_on_assignment": {
        "end": _("End the assignment"),
        "change": _("Change the assignment"),
        "transfer": _("Move within the facility"),
        "correct": _("Correct what was recorded"),
        "activate": _("Let it count"),
    },
    "act_on_employment": {"renew": _("Renew the contract"), "suspend": _("Suspend the employment"), "resume": _("Take up the employment again"), "end": _("End the employment")},
    "act_on_facility": {"change": _("Change the facility"), "close": _("Close the facility")},
    "act_on_round": {"ask": _("Ask for a ceiling"), "notify": _("Notify the ceilings")},
    "employment_act": {"recorded": _("Employed"), "renewed": _("Renewed"), "suspended": _("Suspended"), "resumed": _("Taken up again"), "ended": _("Ended")},
    "departure": {
        "retired": _("Retirement"),
        "resigned": _("Resignation"),
        "transferred": _("Transfer"),
        "dismissed": _("Dismissal"),
        "contract_end": _("End of the contract"),
        "probation_failed": _("Probation not passed"),
        "deceased": _("Death"),
        "recorded_wrongly": _("Recorded wrongly"),
    },
    "leaving": {
        "contract_end": _("End of the contract"),
        "employment_end": _("Decided departure"),
        "assignment_end": _("End of the assignment"),
        "retirement": _("Retirement"),
    },
    "qualification_type": {
        "degree": _("Degree"),
        "ck1": _("Specialist level 1 (CK1)"),
        "ck2": _("Specialist level 2 (CK2)"),
        "bsnt": _("Resident doctor"),
        "des": _("DES"),
        "dfms": _("DFMS"),
        "dfmsa": _("DFMSA"),
        "du": _("University diploma"),
        "master": _("Master"),
        "phd": _("Doctorate"),
        "state_diploma": _("State diploma"),
        "language": _("Language certificate"),
        "management": _("Management certificate"),
        "political_theory": _("Political theory"),
    },
    "over_filled": {"import": _("beside the others, by an import"), "reorganisation": _("beside the others, by a reorganisation")},
    "conflict": {
        "post-full": _("The post was full."),
        "post-closed": _("The post was not open on these days."),
        "primary-held": _("The person already held a main assignment."),
        "shares-above-limit": _("The functions together went above the limit."),
    },
}
