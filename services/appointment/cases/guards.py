"""What a case must respect beside the criteria of its candidates: the cap of deputies, the term, the order of steps, a free position."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.cases.models import Case, Vote
from services.appointment.cases.steps import meetings_of, waits_for_head
from services.appointment.cases.workflow import EXTEND, NEED_PRINCIPLE, OPENED, PRINCIPLE_REQUESTED, REAPPOINT
from services.appointment.mandates.models import Mandate
from services.appointment.mandates.queries import deputies_in_office
from services.appointment.mandates.terms import NextTerm
from services.appointment.mandates.workflow import REVOKED
from services.appointment.positions.caps import Cap, cap_of
from services.appointment.positions.models import DEPUTY, LeadershipPosition
from services.appointment.rules import PACKS
from shared.directory import place_on, staff_at
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.rulepacks import Rule, RulePack


def content_must_be_open(case: Case) -> None:
    """A classified case holds no content. Raises Refused."""
    if case.classified:
        raise Refused(
            "classified-content",
            _("This case is classified: only its reference, its date and its published outcome are kept."),
            rule=Rule("CLASSIFIED", "reference, date, outcome", "kept", "Relais rule book, secrecy (classified content is refused)"),
            possible=_("Record the published outcome when there is one."),
        )


def position_must_be_open(position: LeadershipPosition, day: date) -> None:
    """Raises Refused when the seat does not exist on the day."""
    if not position.is_open(day):
        raise Refused(
            "position-not-open",
            _("This position is not open on {day}."),
            rule=Rule(
                "APP-POSITION",
                [position.valid_from.isoformat(), position.valid_to.isoformat() if position.valid_to else None],
                "period",
                "Relais rule book, appointments (a position is filled while it is open)",
            ),
            possible=_("Choose another position, or another day."),
            day=day.isoformat(),
        )


def principle_must_be_granted(case: Case) -> None:
    """APP-01: without the authority's agreement in principle nobody is screened. Raises Refused."""
    if case.kind in NEED_PRINCIPLE and case.state in (OPENED, PRINCIPLE_REQUESTED):
        raise Refused(
            "principle-not-granted",
            _("The authority has not agreed in principle yet."),
            rule=PACKS.pinned(case.rule_pack).rule("APP-01"),
            possible=_("Request its agreement, or wait for the answer."),
        )


async def cap_must_have_room(session: AsyncSession, position: LeadershipPosition, day: date, pack: RulePack) -> None:
    """APP-11: no deputy beyond the cap takes office; those in place during a transition stay, and no seat opens (R-GRAND). Raises Refused."""
    if position.rank != DEPUTY:
        return
    place = await place_on(session, position.facility_code, day)
    cap = cap_of(pack.rule("APP-11"), place, await staff_at(session, position.facility_code, day), position.unit)
    in_office = await deputies_in_office(session, position.facility_code, position.unit, day)
    if in_office >= cap.deputies or position.grandfathered_until is not None:
        raise cap_reached(cap, in_office, grandfathered=position.grandfathered_until is not None)


def cap_reached(cap: Cap, deputies: int, *, grandfathered: bool = False) -> Refused:
    """The refusal of one deputy too many, with the staff counted and what would allow one more."""
    more = cap.staff_for_one_more
    if grandfathered:
        possible = _("Wait until the transition ends, then fill the seats within the cap.")
    elif more is not None:
        possible = _("One more deputy is allowed from {needed} staff on, or after one of the {deputies} leaves.")
    else:
        possible = _("Appoint when one of the {deputies} leaves.")
    return Refused(
        "too-many-deputies",
        _("{staff} staff allow {allowed} deputies here; there are {deputies}."),
        rule=replace(cap.rule, unit="deputies"),
        possible=possible,
        staff=cap.staff,
        allowed=cap.deputies,
        deputies=deputies,
        needed=more,
    )


def mandate_must_run(mandate: Mandate, day: date) -> None:
    """A mandate is renewed or left while it runs, judged on the day of the act. Raises Refused."""
    if mandate.state == REVOKED or mandate.ended_on is not None or mandate.last_day < day:
        raise Refused(
            "mandate-over",
            _("This mandate does not run any more on {day}; its last day is {last_day}."),
            rule=Rule("APP-MANDATE", mandate.last_day.isoformat(), "last day of the mandate", "Relais rule book, appointments (only a mandate that runs is renewed or left)"),
            possible=_("Open a case of appointment for this position."),
            day=day.isoformat(),
            last_day=mandate.last_day.isoformat(),
        )


def kind_must_fit(kind: str, offered: NextTerm) -> None:
    """APP-10: under two years left it is an extension, otherwise a reappointment, and after retirement neither. Raises Refused."""
    if offered.offer == "retire":
        raise Refused(
            "retires-before",
            _("The holder retires before the mandate ends."),
            rule=offered.rules[-1],
            possible=_("Prepare the appointment of a successor."),
        )
    if (kind == EXTEND) != (offered.offer == "extend"):
        sentence = {
            EXTEND: _("{months} months are left before retirement: this is a reappointment, not an extension."),
            REAPPOINT: _("{months} months are left before retirement: this is an extension, not a reappointment."),
        }[kind]
        raise Refused(
            "other-kind",
            sentence,
            rule=offered.rules[-1] if offered.rules[-1].id == "APP-10" else replace(offered.rules[-1], value=offered.months_left, unit="months left before retirement"),
            possible=_("Open a case of that kind, to {day}."),
            months=offered.months_left,
            day=offered.ends_on.isoformat() if offered.ends_on else "",
        )


def step_must_be_next(case: Case, step: int, pack: RulePack) -> None:
    """APP-07: the steps are held in their order. Raises Refused."""
    following = case.steps_done + 1
    if step != following:
        raise Refused(
            "step-out-of-order",
            _("Step {step} cannot be held now: the next one is step {following}."),
            rule=replace(pack.rule("APP-07"), value=[meeting["purpose"] for meeting in meetings_of(case, pack)]),
            possible=_("Record step {following} first."),
            step=step,
            following=following,
        )


def head_must_have_decided(case: Case, pack: RulePack) -> None:
    """Raises Refused while exactly half waits for the head."""
    if waits_for_head(case) is not None:
        raise Refused(
            "head-must-decide",
            _("Exactly half voted in favour: the head decides first."),
            rule=pack.rule("APP-08"),
            possible=_("Record the head’s decision with the report of all dissent."),
        )


def head_must_be_asked(case: Case, pack: RulePack) -> Vote:
    """The vote on which the head decides. Raises Refused when there is none."""
    vote = waits_for_head(case)
    if vote is None:
        raise Refused(
            "no-half",
            _("No vote of this case ended on exactly half: the head has nothing to decide."),
            rule=pack.rule("APP-08"),
        )
    return vote


def totals_must_name(case: Case, named: set[str], wanted: Sequence[str]) -> None:
    """Each candidate still in the running has a total, and nobody else. Raises Malformed."""
    if named != set(wanted):
        raise Malformed.field("totals", _("Give the total of each candidate who is still in the running, and of nobody else."))
