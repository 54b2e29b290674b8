"""A technique on its way to a facility, from the plan to what stays."""

from shared.i18n import _
from shared.workflow import Workflow, act

PUBLISHED = _("published")
PLANNED, THEORY, OBSERVED, SUPERVISED, TRIAL = _("planned"), _("theory"), _("observed"), _("supervised"), _("autonomous_trial")
ACCEPTED, SUSTAINED, LOST = _("accepted"), _("sustained"), _("lost")
LEARNING = (PLANNED, THEORY, OBSERVED, SUPERVISED, TRIAL)
LOCAL = (ACCEPTED, SUSTAINED)

TECHNIQUE = Workflow(
    "technique",
    {
        "start_theory": act(PLANNED, to=THEORY),
        "start_observing": act(PLANNED, THEORY, to=OBSERVED),
        "start_supervised": act(PLANNED, THEORY, OBSERVED, to=SUPERVISED),
        "start_trial": act(PLANNED, THEORY, OBSERVED, SUPERVISED, to=TRIAL),
        "accept": act(TRIAL, to=ACCEPTED),
        "sustain": act(ACCEPTED, SUSTAINED, to=SUSTAINED),
        "lose": act(ACCEPTED, SUSTAINED, to=LOST),
        "start_again": act(LOST, to=SUPERVISED),
    },
    citation="Relais rule book, rotation (states of a transfer)",
)
STEPS = {"theory": "start_theory", "observed": "start_observing", "supervised": "start_supervised", "autonomous_trial": "start_trial"}
