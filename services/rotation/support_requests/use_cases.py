"""The receiving side asks for support; it is validated once learners, equipment and licence scope are ready."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.agreements.queries import named_agreement
from services.rotation.sides import shared_between
from services.rotation.staff import working_at
from services.rotation.support_requests.events import SupportRequestFoundNotReady, SupportRequestRefused, SupportRequestSubmitted, SupportRequestValidated
from services.rotation.support_requests.models import REQUEST, SupportRequest
from services.rotation.support_requests.permissions import can_decide, can_submit
from services.rotation.support_requests.queries import get_visible_request
from services.rotation.support_requests.schemas import Completion, RequestDecision, SupportRequestCreate
from shared.actions import require_current
from shared.audit import record_audit
from shared.auth import Caller, require
from shared.clock import judge_done_on
from shared.directory import place_on
from shared.errors import FieldError, Malformed, Refused
from shared.events import record_event
from shared.i18n import _
from shared.records import by_reference
from shared.references import hash_of
from shared.rulepacks import Rule

READY = "Relais rule book, rotation (a request is validated when learners, equipment and licence scope are ready)"


async def submit_request(session: AsyncSession, *, caller: Caller, body: SupportRequestCreate) -> SupportRequest:
    """A facility says what it cannot give yet, who will learn it, and what is ready."""
    done_on = judge_done_on(caller, body.done_on)
    receiver = await place_on(session, body.receiver_code, done_on, field="receiver_code")
    require(can_submit(caller, (receiver.code, receiver.authority_path)))
    if known := await by_reference(session, SupportRequest, authority_path=receiver.authority_path, body=body, reference=body.reference):
        return known
    giver_code = body.giver_code
    if body.agreement_id is not None:
        agreement = await named_agreement(session, caller, body.agreement_id)
        if agreement.receiver_code != receiver.code or (giver_code or agreement.giver_code) != agreement.giver_code:
            raise Malformed.field("agreement_id", _("This agreement is between other facilities."))
        giver_code = agreement.giver_code
    giver = await place_on(session, giver_code, done_on, field="giver_code") if giver_code is not None else None
    await learners_must_work_there(body.learners, receiver.code, done_on)
    request = SupportRequest(
        **body.model_dump(exclude={"done_on", "giver_code"}),
        giver_code=giver_code,
        content_hash=hash_of(body),
        authority_path=receiver.authority_path,
        shared_with=shared_between(receiver, giver),
        submitted_by=caller.actor,
        submitted_on=done_on,
    )
    session.add(request)
    await session.flush()
    await record_audit(session, caller, "support_request.submitted", "support_request", request.id, after=body.model_dump(mode="json"), done_on=done_on)
    record_event(session, SupportRequestSubmitted.about(request))
    return request


async def learners_must_work_there(learners: Collection[UUID], facility_code: str, day: date) -> None:
    """Those who will learn work at the receiving facility. Raises Malformed."""
    here = await working_at(facility_code, learners, day)
    strangers = [place for place, person in enumerate(learners) if person not in here]
    if strangers:
        raise Malformed([FieldError(f"learners.{place}", _("This person does not work at {facility} on that day."), {"facility": facility_code}) for place in strangers])


async def decide_request(session: AsyncSession, *, caller: Caller, request_id: UUID, body: RequestDecision, if_match: str | None = None) -> SupportRequest:
    """Another person validates it, sends it back as not ready, or refuses it with reasons."""
    done_on = judge_done_on(caller, body.done_on)
    request = await get_visible_request(session, caller, request_id, lock=True)
    require(can_decide(caller, request))
    if (request.state, request.decided_by, request.decided_on, request.comment) == (body.outcome, caller.actor, done_on, body.comment):
        return request
    require_current(if_match, request.version)
    before = request.state
    if body.outcome == "validated":
        REQUEST.after("validate", request.state)
        _must_be_ready(request)
    if body.outcome == "not_ready" and not request.missing:
        raise Refused(
            "nothing-missing",
            _("Learners, equipment and licence scope are ready."),
            rule=Rule("ROT-READY", [], "missing", READY),
            possible=_("Validate the request, or refuse it with reasons."),
        )
    act, event = {
        "validated": ("validate", SupportRequestValidated),
        "not_ready": ("find_not_ready", SupportRequestFoundNotReady),
        "refused": ("refuse", SupportRequestRefused),
    }[body.outcome]
    request.decide(act, by=caller.actor, on=done_on, comment=body.comment)
    await record_audit(session, caller, f"support_request.{body.outcome}", "support_request", request.id, before={"state": before}, after={"state": request.state}, done_on=done_on)
    record_event(session, event.about(request))
    return request


def _must_be_ready(request: SupportRequest) -> None:
    """Raises Refused with the list of what is missing."""
    if request.missing:
        raise Refused(
            "receiver-not-ready",
            _("The receiving unit is not ready."),
            rule=Rule("ROT-READY", request.missing, "missing", READY),
            possible=_("Send the request back as not ready; the receiving side completes it."),
            more={"missing": request.missing},
        )


async def complete_request(session: AsyncSession, *, caller: Caller, request_id: UUID, body: Completion, if_match: str | None = None) -> SupportRequest:
    """The receiving side says what it has made ready since; the request is submitted again."""
    done_on = judge_done_on(caller, body.done_on)
    request = await get_visible_request(session, caller, request_id, lock=True)
    require(can_submit(caller, request.receiver))
    require_current(if_match, request.version)
    if body.learners is not None:
        await learners_must_work_there(body.learners, request.receiver_code, done_on)
    request.move("complete", REQUEST)
    for name, value in body.model_dump(exclude={"done_on"}, exclude_none=True).items():
        setattr(request, name, value)
    await record_audit(session, caller, "support_request.completed", "support_request", request.id, after=body.model_dump(mode="json", exclude_none=True), done_on=done_on)
    record_event(session, SupportRequestSubmitted.about(request))
    return request
