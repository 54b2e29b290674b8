"""What falls due for a mandate: its end, shown from 180 days before with the stage reached (APP-18); acting for too long."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.dues.events import DueChanged
from services.appointment.mandates.models import ACTING, Mandate
from services.appointment.mandates.terms import next_term
from services.appointment.mandates.workflow import PLANNED, RUNNING
from services.appointment.rules import pack_of
from shared.calendars import period_end
from shared.clock import today
from shared.dues import due_id
from shared.events import record_event
from shared.rulepacks import Rule

ENDS, ACTING_TOO_LONG = "mandate_ends", "acting_too_long"


def stage_on(ends_on: date, day: date, rule: Rule) -> int | None:
    """The alert that is reached: 180, 120, 90 or 30 days before the end; none earlier."""
    left = (ends_on - day).days
    return min((int(days) for days in rule.value["alerts"] if left <= days), default=None)


def tell_due(session: AsyncSession, mandate: Mandate, *, done: bool = False) -> None:
    """Say when the holder or the authority must act on this mandate; `done` once it was renewed or extended."""
    pack = pack_of(mandate.facility_code, today())
    over = mandate.state not in (PLANNED, RUNNING) or mandate.ended_on is not None
    rule = pack.rule("APP-18")
    warns = max(int(days) for days in rule.value["alerts"])
    offered = next_term(mandate.ends_on, retirement_on=mandate.retirement_on, term_months=int(pack.rule("APP-06").value), pack=pack)
    kind, due_on, warn_on = ENDS, mandate.ends_on, date.fromordinal(mandate.ends_on.toordinal() - warns)
    facts: dict[str, str | int | None] = {"stage": stage_on(mandate.ends_on, today(), rule), "offer": offered.offer, "notice_by": offered.notice_by.isoformat()}
    if mandate.kind == ACTING:
        kind = ACTING_TOO_LONG
        due_on = period_end(mandate.starts_on, int(rule.value["acting_months"]))
        warn_on, facts = mandate.starts_on, {"since": mandate.starts_on.isoformat()}
    record_event(
        session,
        DueChanged(
            id=due_id(kind, mandate.id),
            kind=kind,
            subject_id=mandate.id,
            path=f"/mandates/{mandate.id}",
            authority_path=mandate.authority_path,
            shared_with=list(mandate.shared_with or []),
            facility_code=mandate.facility_code,
            person_id=mandate.person_id,
            due_on=due_on,
            warn_on=warn_on,
            responsible="regional-administrator",
            state="done" if done else "dropped" if over else "open",
            facts=facts | {"rank": mandate.rank},
        ),
    )
