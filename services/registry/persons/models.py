"""Persons: the one place where names are kept. A person is registered once, whatever the purpose, and keeps the names as written."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Computed, FetchedValue, ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registry.base import Base
from shared.ids import uuid7
from shared.jurisdictions import jurisdiction_of
from shared.names import canonical, search_words, sort_key
from shared.visibility import Protected

NameKind = Literal["legal", "usual", "transliterated"]
Purpose = Literal["worker", "candidate", "student", "guest", "contact"]
Sex = Literal["female", "male", "other", "unknown"]
Precision = Literal["date", "year"]


class PersonName(Protected, Base):
    """A name as it was written, with its kind and script."""

    __tablename__ = "person_names"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    position: Mapped[int]
    kind: Mapped[NameKind] = mapped_column(Text)
    script: Mapped[str | None]
    value: Mapped[str]


class PersonWord(Protected, Base):
    """A word by which the person is found: folded, without accents. `sort_key` is the person's own and follows it (the database sees to that)."""

    __tablename__ = "person_words"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    sort_key: Mapped[str]
    authority: Mapped[str] = mapped_column(Computed("subpath(authority_path, 0, 2)::text"), deferred=True)
    is_shared: Mapped[bool] = mapped_column(Computed("cardinality(shared_with) > 0"), deferred=True)


class PersonPurpose(Protected, Base):
    """Why we keep this person: a purpose is a row, and a person has several."""

    __tablename__ = "person_purposes"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(Text, primary_key=True)
    since: Mapped[date]
    until: Mapped[date | None]
    erase_from: Mapped[date | None]
    ended_by: Mapped[str | None]
    erasure_told: Mapped[bool] = mapped_column(default=False)


class Person(Protected, Base):
    """A named human. `name` and `sort_key` repeat the usual name, or else the legal one, for lists. `merged_into`: the record is retired, the person is that other one."""

    __tablename__ = "persons"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    sort_key: Mapped[str]
    birth_date: Mapped[date | None]
    birth_precision: Mapped[Precision | None] = mapped_column(Text)
    sex: Mapped[Sex] = mapped_column(Text)
    reference: Mapped[str | None]
    reference_owner: Mapped[str | None]
    content_hash: Mapped[bytes | None]
    merged_into: Mapped[UUID | None]
    authority: Mapped[str] = mapped_column(Computed("subpath(authority_path, 0, 2)::text"), deferred=True)
    kept_for: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=FetchedValue(), deferred=True)
    erased_on: Mapped[date | None] = mapped_column(deferred=True)
    version: Mapped[int] = mapped_column()
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    recorded_by: Mapped[str]

    names: Mapped[list[PersonName]] = relationship(order_by=PersonName.position, lazy="raise", passive_deletes=True, cascade="all, delete-orphan")
    words: Mapped[list[PersonWord]] = relationship(lazy="raise", passive_deletes=True, cascade="all, delete-orphan")
    purposes: Mapped[list[PersonPurpose]] = relationship(order_by=PersonPurpose.purpose, lazy="raise", passive_deletes=True, cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy declares it as an instance variable

    @property
    def birth_year(self) -> int | None:
        return self.birth_date.year if self.birth_date else None

    def name_them(self, names: Sequence[tuple[NameKind, str | None, str]], former: Iterable[str] = ()) -> None:
        """Give the person these names: all are found by a search, and so are those of records merged into this one; the usual one, or else the first, is shown."""
        written = [(kind, script, canonical(value)) for kind, script, value in names]
        for position, (kind, script, value) in enumerate(written):
            if position < len(self.names):
                self.names[position].kind, self.names[position].script, self.names[position].value = kind, script, value
            else:
                self.names.append(
                    PersonName(id=uuid7(), position=position, kind=kind, script=script, value=value, authority_path=self.authority_path, shared_with=self.shared_with)
                )
        del self.names[len(written) :]
        self.name = next((value for kind, _script, value in written if kind == "usual"), written[0][2])
        self.sort_key = sort_key(self.name, jurisdiction_of(self.authority_path).sorting)
        self.be_found_by([value for _kind, _script, value in written], former)

    def be_found_by(self, *names: Iterable[str]) -> None:
        """Only these names find the person."""
        known = {word.word: word for word in self.words}
        wanted = sorted(set().union(*(search_words(value) for values in names for value in values)))
        self.words = [known.get(word) or self._word(word) for word in wanted]

    def _word(self, word: str) -> PersonWord:
        return PersonWord(word=word, sort_key=self.sort_key, authority_path=self.authority_path, shared_with=self.shared_with)


def birth(birth_date: date | None, birth_year: int | None) -> tuple[date | None, Precision | None]:
    """A birth date with its precision; a bare year stands on its first of January."""
    if birth_date is not None:
        return birth_date, "date"
    if birth_year is not None:
        return date(birth_year, 1, 1), "year"
    return None, None


class PersonSearch(Base):
    """What an account searched, for some minutes: the next page is asked by this id and not by the name."""

    __tablename__ = "person_searches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account: Mapped[str]
    query: Mapped[str]
    exact: Mapped[bool]
    recorded_at: Mapped[datetime]
