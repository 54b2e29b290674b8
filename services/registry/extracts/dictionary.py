"""The data dictionary: what each field of each extract says. The extracts are written from it, so that it cannot say anything else."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, cast, func, select

from services.registry.areas.models import Area
from services.registry.assignments.models import Assignment
from services.registry.extracts.fields import Field, FieldClass, first_day_of, last_day_of
from services.registry.facilities.models import Facility
from services.registry.facilities.vocabulary import LEVELS, OWNERSHIPS, REMOTENESS, TYPES
from services.registry.occupations.models import Occupation
from services.registry.persons.models import Person
from services.registry.posts.models import Post
from services.registry.workers.models import Worker
from shared.i18n import _

FTE, SHARE, DEGREES, YEAR = _("full-time posts"), _("part of a full time"), _("degrees, WGS 84"), _("year, Gregorian calendar")
ISCO, COUNTRY = _("ISCO-08 unit group"), "ISO 3166-1 alpha-2"
GROUPS = ("doctor", "pharmacist", "nurse", "midwife", "other")


@dataclass(frozen=True)
class Extract:
    """One kind of line. `about`: what a line is; `key`: by which field a reader replaces what it had."""

    name: str
    about: str
    key: str
    fields: tuple[Field, ...]
    personal: bool = False
    dated: bool = True

    def given(self, *, pseudonymised: bool) -> list[Field]:
        """The fields of a line, without those that pseudonymising leaves out."""
        return [field for field in self.fields if not (pseudonymised and field.pseudonymised == "left_out")]


WORKER_MEMBERS = (
    Field("id", Worker.id, _("The person in this occupation, as assignments name them."), "hr", pseudonymised="replaced"),
    Field("occupation_code", Worker.occupation_code, _("The occupation; its names are in the extract of occupations."), "hr"),
    Field("specialty", Worker.specialty, _("The specialty, in the words of the register."), "hr"),
    Field("worker_no", Worker.worker_no, _("The staff number that the managing authority gave."), "hr", pseudonymised="left_out"),
)


def _birth_year(entity: Any) -> Any:
    return cast(func.extract("year", entity.birth_date), Integer)


def _fields_of_periods(model: Any, field_class: FieldClass) -> tuple[Field, ...]:
    return (
        Field("valid_from", model.valid, _("The first day on which this line is true."), field_class, first_day_of, kind="date"),
        Field("valid_to", model.valid, _("The last day on which it is true, whole; null while no end is known."), field_class, last_day_of, kind="date", nullable=True),
    )


PERSONS = Extract(
    "persons",
    _("One line for each person who is kept as a worker, as known now; as_of leaves those who worked on that day, known_at those known then."),
    "id",
    (
        Field("id", Person.id, _("The person, for ever; after a merge see merged_into."), "hr", pseudonymised="replaced"),
        Field("name", Person.name, _("The usual name, or else the legal one, as written."), "hr", pseudonymised="left_out"),
        Field("birth_year", Person.birth_date, _("The year of birth; the day is told by the file alone, which records who read it."), "hr", _birth_year, kind="integer", unit=YEAR),
        Field("sex", Person.sex, _("The sex as registered."), "hr"),
        Field("workers", Worker.id, _("The occupations of the person, one after the other."), "hr", kind="list", members=WORKER_MEMBERS),
        Field("merged_into", Person.merged_into, _("This record is retired: the person is kept under that other one."), "hr", pseudonymised="replaced"),
        Field("erased_on", Person.erased_on, _("The day on which name and birth were erased by law; whoever has a copy erases it too."), "hr"),
        Field("recorded_at", Person.recorded_at, _("When the person was first registered."), "hr"),
    ),
    personal=True,
)
POSTS = Extract(
    "posts",
    _("One line for each period of each post of the establishment, filled or not."),
    "id",
    (
        Field("id", Post.id, _("The post, the same in all its periods."), "hr"),
        Field("reference", Post.reference, _("The number that the facility gave it."), "hr"),
        Field("facility_code", Post.facility_code, _("The facility to which the post belongs."), "hr"),
        Field("unit", Post.unit, _("The unit, in words."), "hr"),
        Field("job_position", Post.job_position, _("The job position, in words."), "hr"),
        Field("occupation_code", Post.occupation_code, _("The occupation that the post is for."), "hr"),
        Field("specialty", Post.specialty, _("The specialty that it asks for."), "hr"),
        Field("fte", Post.fte, _("How much work the post is."), "hr", unit=FTE),
        Field("is_management", Post.is_management, _("Whether whoever holds it leads others."), "hr"),
        Field("frozen", Post.frozen, _("Whether nobody may be put into it for the time being."), "hr"),
        *_fields_of_periods(Post, "hr"),
        Field("recorded_at", Post.recorded_at, _("When the register came to say so."), "hr"),
    ),
)
ASSIGNMENTS = Extract(
    "assignments",
    _("One line for each period of each assignment: a person at a facility, in a post or not; as_of leaves those that count on that day."),
    "id",
    (
        Field("id", Assignment.id, _("The assignment, the same in all its periods."), "hr", pseudonymised="replaced"),
        Field("person_id", Assignment.person_id, _("The person, as in the extract of persons."), "hr", pseudonymised="replaced"),
        Field("worker_id", Assignment.worker_id, _("The person in one occupation, as in workers of the extract of persons."), "hr", pseudonymised="replaced"),
        Field("post_id", Assignment.post_id, _("The post that is filled; null for work outside the establishment."), "hr"),
        Field("facility_code", Assignment.facility_code, _("The facility where the person works."), "hr"),
        Field("unit", Assignment.unit, _("The unit, in words, where the assignment names one itself."), "hr"),
        Field("kind", Assignment.kind, _("Which kind of work it is; one person has one primary assignment a day."), "hr"),
        Field("fte_share", Assignment.fte_share, _("How much of a full time the person gives it."), "hr", unit=SHARE),
        Field("state", Assignment.state, _("Active ones count; conflicting and revoked ones do not."), "hr"),
        Field("decision_number", Assignment.decision_number, _("The number of the decision; null while it is to regularise."), "hr", pseudonymised="left_out"),
        *_fields_of_periods(Assignment, "hr"),
        Field("done_on", Assignment.done_on, _("The day on which it was decided."), "hr"),
        Field("recorded_at", Assignment.recorded_at, _("When the register came to say so."), "hr"),
    ),
    personal=True,
)
FACILITIES = Extract(
    "facilities",
    _("One line for each period of each facility of the public directory, whatever the territory."),
    "id",
    (
        Field("id", Facility.id, _("The facility, the same in all its periods."), "directory"),
        Field("code", Facility.code, _("The code by which posts and assignments name it; it never changes."), "public"),
        Field("name", Facility.name, _("The name."), "public"),
        Field("type", Facility.type, _("The kind of facility."), "public", values=tuple(TYPES)),
        Field("level", Facility.level, _("The level of care and administration at which it stands."), "public", values=tuple(LEVELS)),
        Field("ownership", Facility.ownership, _("Who owns it."), "public", values=tuple(OWNERSHIPS)),
        Field(
            "area_code",
            Area.code,
            _("The smallest administrative area in which it stands, by the code of the line’s first day."),
            "public",
            lambda entity: (
                select(Area.code)
                .where(Area.id == entity.area_id)
                .order_by((Area.valid.contains(func.lower(entity.valid))).desc(), func.lower(Area.valid))
                .limit(1)
                .scalar_subquery()
            ),
        ),
        Field("remoteness", Facility.remoteness, _("How hard it is to reach."), "public", values=tuple(REMOTENESS)),
        Field("latitude", Facility.latitude, _("Where it stands."), "public", unit=DEGREES),
        Field("longitude", Facility.longitude, _("Where it stands."), "public", unit=DEGREES),
        *_fields_of_periods(Facility, "public"),
        Field("recorded_at", Facility.recorded_at, _("When the register came to say so."), "directory"),
    ),
)
OCCUPATIONS = Extract(
    "occupations",
    _("One line for each occupation: a national title, or a unit group of ISCO-08."),
    "code",
    (
        Field("code", Occupation.code, _("The code by which posts and workers name it."), "public"),
        Field("country", Occupation.country, _("The country of a national title; null for ISCO-08."), "public", unit=COUNTRY),
        Field("isco", Occupation.isco, _("What it is in the international classification."), "public", unit=ISCO),
        Field("names", Occupation.names, _("Its names by language (ISO 639-1)."), "public"),
        Field("group", Occupation.group, _("As what figures of density count it."), "public", values=GROUPS),
    ),
    dated=False,
)
EXTRACTS = {extract.name: extract for extract in (PERSONS, POSTS, ASSIGNMENTS, FACILITIES, OCCUPATIONS)}
