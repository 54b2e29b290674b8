"""Programmes of cooperation over HTTP."""

from uuid import UUID

from services.rotation.cooperation.models import CooperationProgramme
from services.rotation.cooperation.permissions import can_publish_programmes, can_read_cooperation
from services.rotation.cooperation.queries import get_visible_programme, programmes_visible_to, reached
from services.rotation.cooperation.schemas import ProgrammeCreate, ProgrammeRead
from services.rotation.cooperation.use_cases import publish_programme
from shared.auth import CallerDep, allows
from shared.clock import today
from shared.db import SessionDep
from shared.errors import problems
from shared.idempotency import Router
from shared.pagination import Page, PageDep, keyset_page

router = Router(prefix="/cooperation-programmes", tags=["cooperation programmes"])


@router.post("", status_code=201, response_model=ProgrammeRead, dependencies=[allows(can_publish_programmes)], responses=problems(401, 403, 409, 422))
async def create_programme(body: ProgrammeCreate, caller: CallerDep, session: SessionDep) -> ProgrammeRead:
    """Publish a programme with its policy and targets."""
    programme = await publish_programme(session, caller=caller, body=body)
    return ProgrammeRead.of(programme, await reached(session, caller, programme, today()))


@router.get("", response_model=Page[ProgrammeRead], dependencies=[allows(can_read_cooperation)], responses=problems(401, 403, 422))
async def list_programmes(caller: CallerDep, session: SessionDep, page: PageDep) -> Page[ProgrammeRead]:
    """Programmes of one's own authority and of those above, with what is reached of them."""
    found = await keyset_page(session, programmes_visible_to(caller), keys=[CooperationProgramme.starts_on, CooperationProgramme.id], params=page)
    return found.of([ProgrammeRead.of(programme, await reached(session, caller, programme, today())) for programme in found.items])


@router.get("/{programme_id}", response_model=ProgrammeRead, dependencies=[allows(can_read_cooperation)], responses=problems(401, 403, 404))
async def read_programme(programme_id: UUID, caller: CallerDep, session: SessionDep) -> ProgrammeRead:
    """One programme, with what is reached of its targets by the agreements that name it."""
    programme = await get_visible_programme(session, caller, programme_id)
    return ProgrammeRead.of(programme, await reached(session, caller, programme, today()))
