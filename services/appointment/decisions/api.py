"""Decisions over HTTP: the register, and the one signing table."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from sqlalchemy import func, text

from services.appointment.decisions.documents import printed
from services.appointment.decisions.models import Decision, Register
from services.appointment.decisions.numbers import last_numbers, next_number, register_of
from services.appointment.decisions.permissions import can_keep, can_keep_register, can_number_decisions, can_read_decisions, can_sign_decisions
from services.appointment.decisions.queries import decisions_visible_to, get_visible_decision, retroactive_in
from services.appointment.decisions.schemas import (
    CheckRead,
    DecisionRead,
    NumberingCreate,
    RegisterRead,
    RegisterWrite,
    RevocationCreate,
    SignatureCreate,
    SignaturesCreate,
    SignedMany,
    SupersessionCreate,
)
from services.appointment.decisions.use_cases import keep_register, number_decision, revoke_decision, sign_decision, sign_decisions, supersede_decision
from services.appointment.delegations.queries import matrix_of
from shared.actions import IfMatch, action, etag
from shared.auth import Caller, CallerDep, allows, public_route
from shared.clock import today
from shared.db import SessionDep, app_session
from shared.errors import Malformed, NotFound, problems
from shared.i18n import _, current_language
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page, sorted_by

router = Router(prefix="/decisions", tags=["decisions"])
registers = Router(prefix="/registers", tags=["decisions"])
check = Router(prefix="/check", tags=["decisions"])
Sort = Annotated[Literal["proposed", "-proposed", "effect", "-effect", "kind", "-kind", "state", "-state"], Query(description="The order; from its end with a minus.")]
SORTS: dict[str, list[Any]] = {
    "proposed": [Decision.proposed_on],
    "effect": [Decision.effective_on],
    "kind": [Decision.kind, Decision.proposed_on],
    "state": [Decision.state, Decision.proposed_on],
}


def _month(value: str) -> date:
    try:
        return date.fromisoformat(f"{value}-01")
    except ValueError as error:
        raise Malformed.field("month", _("Write the month as 2025-09.")) from error


@router.get("", response_model=Page[DecisionRead], dependencies=[allows(can_read_decisions)], responses=problems(401, 403, 422))
async def list_decisions(
    *,
    caller: CallerDep,
    session: SessionDep,
    page: PageDep,
    state: str | None = None,
    kind: str | None = None,
    source_service: str | None = None,
    source_id: Annotated[list[UUID] | None, Query(max_length=200)] = None,
    facility: str | None = None,
    person: UUID | None = None,
    to_regularise: Annotated[bool, Query(description="Only those that were signed without a number.")] = False,
    signable: Annotated[
        bool, Query(description="Only those that the caller may sign: waiting, proposed by somebody else, and of an act for which the caller’s authority is competent today.")
    ] = False,
    sort: Sort = "proposed",
) -> Page[DecisionRead]:
    """Decisions of the places one acts for, oldest first."""
    statement = decisions_visible_to(caller)
    for column, wanted in (
        (Decision.state, state),
        (Decision.kind, kind),
        (Decision.source_service, source_service),
        (Decision.facility_code, facility),
    ):
        if wanted:
            statement = statement.where(column == wanted)
    if source_id:
        statement = statement.where(Decision.source_id.in_(source_id))
    if person:
        statement = statement.where(Decision.person_ids.contains([person]))
    if to_regularise:
        statement = statement.where(Decision.state == "signed", Decision.number.is_(None))
    if signable:
        competent = func.caller_is_competent(Decision.kind, Decision.facts["rank"].astext, Decision.authority_path, today())
        statement = statement.where(Decision.state == "proposed", Decision.proposed_by != caller.actor, competent)
    found = await keyset_page(session, statement, keys=sorted_by(sort, SORTS, Decision.id), params=page)
    matrix = await matrix_of(session, caller, {decision.kind for decision in found.items if decision.state == "proposed"})
    return found.of([DecisionRead.seen_by(caller, decision, matrix) for decision in found.items])


@router.get("/retroactive", response_model=Page[DecisionRead], dependencies=[allows(can_read_decisions)], responses=problems(401, 403, 422))
async def list_retroactive_decisions(
    caller: CallerDep, session: SessionDep, page: PageDep, month: Annotated[str, Query(pattern=r"^\d{4}-\d{2}$", examples=["2025-09"])]
) -> Page[DecisionRead]:
    """Decisions signed in a month whose effect came before the signature, each with its reason (REG-04)."""
    statement = retroactive_in(decisions_visible_to(caller), _month(month))
    found = await keyset_page(session, statement, keys=[Decision.signed_on, Decision.id], params=page)
    return found.of([DecisionRead.seen_by(caller, decision) for decision in found.items])


@router.post("/signatures", status_code=200, response_model=SignedMany, dependencies=[allows(can_sign_decisions)], responses=problems(401, 403, 422))
async def create_signatures(body: SignaturesCreate, caller: CallerDep, session: SessionDep) -> SignedMany:
    """Sign at most 200 at once; each is answered by itself."""
    return await sign_decisions(session, caller=caller, body=body)


@router.get("/{decision_id}", response_model=DecisionRead, dependencies=[allows(can_read_decisions)], responses=problems(401, 403, 404))
async def read_decision(decision_id: UUID, response: Response, caller: CallerDep, session: SessionDep) -> DecisionRead:
    """One decision."""
    decision = await get_visible_decision(session, caller, decision_id)
    etag(response, decision.version)
    return DecisionRead.seen_by(caller, decision, await matrix_of(session, caller, [decision.kind] if decision.state == "proposed" else []))


@router.post("/{decision_id}/signature", status_code=201, response_model=DecisionRead, dependencies=[allows(can_sign_decisions)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_signature(decision_id: UUID, body: SignatureCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> DecisionRead:
    """Sign what another person proposed. Without a number it shows “to regularise”."""
    decision = await sign_decision(session, caller=caller, decision_id=decision_id, body=body, if_match=if_match)
    etag(response, decision.version)
    return DecisionRead.seen_by(caller, decision)


@router.post(
    "/{decision_id}/numbering", status_code=201, response_model=DecisionRead, dependencies=[allows(can_number_decisions)], responses=problems(401, 403, 404, 409, 412, 422)
)
async def create_numbering(decision_id: UUID, body: NumberingCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> DecisionRead:
    """Give its number to a decision that was signed without one."""
    decision = await number_decision(session, caller=caller, decision_id=decision_id, body=body, if_match=if_match)
    etag(response, decision.version)
    return DecisionRead.seen_by(caller, decision)


@router.post("/{decision_id}/revocation", status_code=201, response_model=DecisionRead, dependencies=[allows(can_sign_decisions)], responses=problems(401, 403, 404, 409, 412, 422))
async def create_revocation(decision_id: UUID, body: RevocationCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> DecisionRead:
    """Take a signed decision back; what it had changed is put back from the day that is named."""
    decision = await revoke_decision(session, caller=caller, decision_id=decision_id, body=body, if_match=if_match)
    etag(response, decision.version)
    return DecisionRead.seen_by(caller, decision)


@router.post(
    "/{decision_id}/supersession", status_code=201, response_model=DecisionRead, dependencies=[allows(can_number_decisions)], responses=problems(401, 403, 404, 409, 412, 422)
)
async def create_supersession(decision_id: UUID, body: SupersessionCreate, response: Response, caller: CallerDep, session: SessionDep, if_match: IfMatch = None) -> DecisionRead:
    """Replace a signed decision: by another signed one, or by a new text that waits for its signature. Answers the replacing one."""
    decision = await supersede_decision(session, caller=caller, decision_id=decision_id, body=body, if_match=if_match)
    etag(response, decision.version)
    return DecisionRead.seen_by(caller, decision)


@router.get(
    "/{decision_id}/document",
    dependencies=[allows(can_read_decisions)],
    response_class=Response,
    responses=problems(401, 403, 404, 422, 503) | {200: {"content": {"application/pdf": {}}, "description": "The decision as PDF"}},
)
async def read_document(
    decision_id: UUID,
    caller: CallerDep,
    session: SessionDep,
    language: Annotated[Literal["fr", "vi", "en"] | None, Query(description="Left out: the language of the request.")] = None,
) -> Response:
    """The decision as a document, with a code that anybody may check. Names are those that the reader may see."""
    decision = await get_visible_decision(session, caller, decision_id)
    chosen = current_language.set(language or caller.language)
    try:
        content = await printed(session, caller, decision)
    finally:
        current_language.reset(chosen)
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="decision-{decision.id}-{language or caller.language}.pdf"'})


async def _register(session: SessionDep, caller: Caller, register: Register) -> RegisterRead:
    year = today().year
    return RegisterRead(
        authority=register.authority,
        pattern=register.pattern,
        opened_on=register.opened_on,
        last_numbers=await last_numbers(session, register.authority),
        year=year,
        next_number=await next_number(session, register, year),
        available_actions=[action("keep", can_keep(caller, register.authority_path))],
    )


@registers.get("/{authority}", response_model=RegisterRead, dependencies=[allows(can_read_decisions)], responses=problems(401, 403, 404))
async def read_register(authority: str, caller: CallerDep, session: SessionDep) -> RegisterRead:
    """How an authority numbers its decisions, and what each year has reached."""
    register = await register_of(session, authority)
    if register is None:
        raise NotFound()
    return await _register(session, caller, register)


@registers.put("/{authority}", response_model=RegisterRead, dependencies=[allows(can_keep_register)], responses=problems(401, 403, 409, 422))
async def write_register(authority: str, body: RegisterWrite, caller: CallerDep, session: SessionDep) -> RegisterRead:
    """Keep the register of an authority here from now on."""
    register = await keep_register(session, caller=caller, authority=authority, body=body)
    return await _register(session, caller, register)


@check.get("/{code}", response_model=CheckRead, dependencies=[Depends(public_route)], responses=problems(404))
async def read_check(code: str) -> CheckRead:
    """Whether a paper that carries this code is what the register knows: number, date, authority and state, and nothing else."""
    async with app_session(None) as session:
        row = (await session.execute(text("SELECT code, number, signed_on, authority, state FROM decision_checks WHERE code = :code"), {"code": code.upper()})).one_or_none()
    if row is None:
        raise NotFound()
    return CheckRead(**row._mapping)
