"""An authority publishes a programme of cooperation with its policy and its targets."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rotation.cooperation.models import CooperationProgramme, Target
from services.rotation.cooperation.permissions import can_publish_for
from services.rotation.cooperation.schemas import ProgrammeCreate
from shared.audit import record_audit
from shared.auth import Caller, path_of, require
from shared.clock import judge_done_on
from shared.records import by_reference
from shared.references import hash_of


async def publish_programme(session: AsyncSession, *, caller: Caller, body: ProgrammeCreate) -> CooperationProgramme:
    """Its facilities read it, and agreements name it."""
    done_on = judge_done_on(caller, body.done_on)
    require(can_publish_for(caller, body.authority))
    path = path_of(body.authority)
    if known := await by_reference(session, CooperationProgramme, authority_path=path, body=body, reference=body.reference):
        return known
    programme = CooperationProgramme(
        **body.model_dump(exclude={"done_on", "targets"}),
        content_hash=hash_of(body),
        authority_path=path,
        shared_with=[],
        published_by=caller.actor,
        published_on=done_on,
        targets=[Target(number=number, **target.model_dump()) for number, target in enumerate(body.targets, start=1)],
    )
    session.add(programme)
    await session.flush()
    await record_audit(session, caller, "cooperation_programme.published", "cooperation_programme", programme.id, after=body.model_dump(mode="json"), done_on=done_on)
    return programme
