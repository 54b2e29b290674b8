"""How far a facility is from the levels that it needs, at first and now (TRF-01)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.training.mentoring.models import Entry, Mentorship, MentorshipPerson, Target
from services.training.mentoring.queries import entries_visible_to, mentorships_visible_to, targets_visible_to
from services.training.mentoring.workflow import STRUCK
from shared.auth import Caller
from shared.autonomy import Level, closure_percent, first_levels, gap_to, last_levels


@dataclass(frozen=True)
class Cell:
    """One learner and one act: what is needed, what was found first and what now."""

    person_id: UUID
    name: str
    act: str
    act_title: str
    needed: int
    first: int | None
    now: int | None


@dataclass(frozen=True)
class Progress:
    """TRF-01 of one facility on a day."""

    facility_code: str
    cells: Sequence[Cell]
    baseline: int
    now: int

    @property
    def closure_percent(self) -> int | None:
        return closure_percent(self.baseline, self.now)

    @property
    def learners(self) -> int:
        return len({cell.person_id for cell in self.cells})

    @property
    def acts(self) -> int:
        return len({cell.act for cell in self.cells})


async def progress_of(session: AsyncSession, caller: Caller, day: date, *, facility: str | None = None) -> list[Progress]:
    """Each facility whose learners and needed levels the caller may see. A learner who was never assessed has the whole way before them."""
    mentorships, targets = mentorships_visible_to(caller).where(Mentorship.starts_on <= day), targets_visible_to(caller).where(Target.since <= day)
    if facility:
        mentorships, targets = mentorships.where(Mentorship.facility_code == facility), targets.where(Target.facility_code == facility)
    needed: dict[str, list[Target]] = {}
    for target in await session.scalars(targets.order_by(Target.since, Target.id)):
        needed.setdefault(target.facility_code, []).append(target)
    learners: dict[str, dict[UUID, MentorshipPerson]] = {}
    for mentorship in await session.scalars(mentorships.order_by(Mentorship.facility_code, Mentorship.id)):
        for person in mentorship.people:
            if person.part == "mentee" and person.named_on <= day and (person.left_on is None or person.left_on > day):
                learners.setdefault(mentorship.facility_code, {})[person.person_id] = person
    people = {person for of_facility in learners.values() for person in of_facility}
    entries = (await session.scalars(entries_visible_to(caller).where(Entry.person_id.in_(people), Entry.found_on <= day, Entry.state != STRUCK))).all() if people else []
    return [_measured(code, learners[code], needed[code], entries) for code in sorted(learners) if code in needed]


def _measured(code: str, learners: dict[UUID, MentorshipPerson], targets: Sequence[Target], entries: Iterable[Entry]) -> Progress:
    history = [Level(entry.person_id, entry.act, entry.level, entry.found_on) for entry in entries if entry.person_id in learners]
    first, now = first_levels(history), last_levels(history)
    wanted: dict[tuple[UUID, str], int] = {}
    titles = {target.act: target.act_title for target in targets}
    for act in titles:
        # The newest of each kind: of the learner's occupation when there is one, of everybody otherwise.
        by_occupation = {target.occupation_code: target.level for target in targets if target.act == act}
        for person in learners.values():
            level = by_occupation.get(person.occupation_code, by_occupation.get(""))
            if level is not None:
                wanted[person.person_id, act] = level
    cells = [
        Cell(person, learners[person].name, act, titles[act], level, first.get((person, act)), now.get((person, act)))
        for (person, act), level in sorted(wanted.items(), key=lambda one: (learners[one[0][0]].name, one[0][0], titles[one[0][1]]))
    ]
    return Progress(code, cells, gap_to(first, wanted), gap_to(now, wanted))
