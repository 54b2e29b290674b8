"""Words of the register of decisions, of service commitments and of their money."""

from services.portal.texts import _
from services.portal.vocabulary.state import State

STATES = {
    "signed": State("pen", "good", _("Signed")),
    "revoked": State("x-circle", "bad", _("Revoked")),
    "superseded": State("arrow-repeat", "", _("Superseded")),
    "withdrawn": State("dash-circle", "", _("Withdrawn")),
    "cancelled": State("dash-circle", "", _("Cancelled")),
    "running": State("play-circle", "good", _("Running")),
    "paused": State("pause-circle", "warn", _("Paused")),
    "fulfilled": State("check2", "good", _("Honoured")),
    "assessed": State("calculator", "warn", _("Amount assessed")),
    "notified": State("envelope", "warn", _("Person notified")),
    "instalments": State("calendar3", "warn", _("Repaid in parts")),
    "waived": State("dash-circle", "", _("Given up")),
    "contested": State("exclamation-triangle", "bad", _("Contested")),
    "scheduled": State("clock", "ink", _("Scheduled")),
    "due": State("exclamation-triangle", "warn", _("Due")),
    "paid": State("check2", "good", _("Paid")),
}

LABELS = {
    "decision_kind": {
        "hire": _("Hire"),
        "mission": _("Mission"),
        "stay": _("Stay abroad"),
        "sponsorship": _("Sponsored studies"),
        "appointment": _("Appointment"),
        "reappointment": _("Reappointment"),
        "extension": _("Extension of a mandate"),
        "transfer": _("Transfer"),
        "acting": _("Acting duties"),
        "resignation": _("Resignation from a position"),
        "removal": _("Removal from a position"),
        "probation_confirmation": _("End of probation"),
        "pay_steps": _("Pay steps"),
        "benefits": _("Benefits"),
        "awards": _("Awards"),
    },
    "service": {"recruitment": _("Recruitment"), "training": _("Training"), "rotation": _("Rotation"), "appointment": _("Appointments"), "import": _("Import")},
    "decision_conflict": {"withdrawn-after-signature": _("The proposal was withdrawn after the signature. Revoke the decision, or have the proposal made again.")},
    "commitment_origin": {"attraction": _("Attraction benefit"), "training": _("Sponsored studies")},
    "commitment_cause": {
        "leaves": _("Leaves before the end"),
        "abandons": _("Gave up the study"),
        "no_diploma": _("No diploma"),
        "revoked": _("Decision revoked"),
        "fulfilled": _("Service done"),
    },
    "pause_ground": {"unpaid_leave": _("Unpaid leave"), "funded_training": _("New funded training"), "not_in_service": _("Not in service")},
    "waiver_ground": {"protected-ground": _("Protected ground, with proof"), "natural-disaster": _("Disaster or epidemic"), "ordered-transfer": _("Transfer ordered by the authority")},
    "breach_kind": {
        "PRORATA": _("In proportion to the time not served"),
        "FULL": _("The whole, whatever was served"),
        "MULTIPLE": _("A multiple, reduced for the time served"),
        "TIERED": _("By a table of the months served"),
    },
    "commitment_clock": {"sequence": _("After the earlier commitment"), "parallel": _("Beside the other commitments")},
    "due": {"commitment_to_sign": _("Commitment to sign"), "commitment_to_assess": _("Departure to assess"), "decision_contested": _("Contested decision to settle")},
}
