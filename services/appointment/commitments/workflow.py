"""The life of a commitment: signed, run, paused, honoured; or ended early and repaid. A breach is told to its creditor, never announced."""

from shared.i18n import _
from shared.workflow import Workflow, act

DRAFT, SIGNED, RUNNING, PAUSED, FULFILLED, CANCELLED = _("draft"), _("signed"), _("running"), _("paused"), _("fulfilled"), _("cancelled")
ASSESSED, NOTIFIED, INSTALMENTS, PAID, WAIVED, CONTESTED = _("assessed"), _("notified"), _("instalments"), _("paid"), _("waived"), _("contested")

CLOCK = (SIGNED, RUNNING, PAUSED)
"""Signed and not over: the clock runs, waits, or has not begun."""
OWED = (ASSESSED, NOTIFIED, INSTALMENTS, CONTESTED)
"""Money is asked back."""

COMMITMENT = Workflow(
    "commitment",
    {
        "sign": act(DRAFT, to=SIGNED),
        "pause": act(*CLOCK, to=PAUSED),
        "assess": act(*CLOCK, CONTESTED, to=ASSESSED),
        "notify": act(ASSESSED, to=NOTIFIED),
        "plan": act(NOTIFIED, INSTALMENTS, to=INSTALMENTS),
        "settle": act(NOTIFIED, INSTALMENTS, to=PAID),
        "waive": act(*OWED, to=WAIVED),
        "contest": act(ASSESSED, NOTIFIED, INSTALMENTS, to=CONTESTED),
        "cancel": act(DRAFT, *CLOCK, to=CANCELLED),
    },
    citation="Relais rule book, service commitments (states of 2.4)",
)


def public_state(state: str) -> str:
    """What topics and everybody but the creditor may know: never that a commitment was broken."""
    return state if state in (DRAFT, SIGNED, RUNNING, PAUSED) else "ended"
