"""Accounts as they shall be. The identity provider is brought into this state afterwards, and says here how far it has followed."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from itertools import product
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.base import Base
from services.registry.periods import last_day
from services.registry.rules import ONE_SUBSTITUTE, SEC_02_ROLES
from shared.errors import Refused, refuse_when
from shared.i18n import _
from shared.visibility import Protected
from shared.workflow import Workflow, act

Application = Literal["applied", "to_be_applied", "refused"]

OPEN, CLOSED = "open", "closed"
NAMED, RUNNING, OVER = "named", "running", "over"

AWAY = "provider-away"
"""The one trouble that passes by itself; every other one needs somebody."""

ACCOUNT = Workflow(
    "account",
    {
        "change": act(OPEN, to=OPEN),
        "substitute": act(OPEN, to=OPEN),
        "link": act(OPEN, to=OPEN),
        "first_password": act(OPEN, to=OPEN),
        "close": act(OPEN, to=CLOSED),
    },
    citation="Relais rule book, accounts (a closed account does not come back, a new one is made)",
)
SUBSTITUTE = Workflow(
    "substitute",
    {"begin": act(NAMED, to=RUNNING), "end": act(NAMED, RUNNING, to=OVER)},
    citation="Relais rule book, accounts (a substitute stands in for days that are known)",
)

KEEPERS_OF_FILES = frozenset({"regional-administrator", "facility-hr-officer"})
APART: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"signatory"}), KEEPERS_OF_FILES),
    (frozenset({"licensing-officer"}), KEEPERS_OF_FILES),
    (frozenset({"auditor"}), KEEPERS_OF_FILES | {"signatory", "licensing-officer", "operations"}),
)
"""Who proposes does not sign, who keeps files does not license, who is audited does not audit: roles that no account holds together."""

refuse_when("account_username_once", "username-taken", _("There is an account with this user name already."), possible=_("Choose another user name."))
refuse_when(
    "one_substitute_a_day", "substitute-overlaps", _("Somebody stands in for this account on some of these days already."), rule=ONE_SUBSTITUTE, possible=_("Choose other days.")
)
refuse_when(
    "substitute_of_one_a_day", "substitute-is-taken", _("The substitute stands in for somebody else on some of these days."), rule=ONE_SUBSTITUTE, possible=_("Choose other days.")
)


def roles_kept_apart(roles: Collection[str]) -> tuple[str, str] | None:
    """Two of these roles that no account holds together."""
    for one, others in APART:
        for first, second in product(sorted(one & set(roles)), sorted(others & set(roles))):
            return first, second
    return None


def must_be_kept_apart(roles: Collection[str]) -> None:
    """Raises Refused, naming the two roles."""
    found = roles_kept_apart(roles)
    if found is not None:
        raise Refused(
            "roles-kept-apart",
            _("One account does not hold the roles {first} and {second} together."),
            rule=SEC_02_ROLES,
            possible=_("Give one of them to another person."),
            first=found[0],
            second=found[1],
        )


def home_of(paths: Iterable[str]) -> str:
    """The authority that keeps an account: what the paths of all its relations have in common."""
    split = [path.split(".") for path in paths]
    common: list[str] = []
    for labels in zip(*split, strict=False):
        if len(set(labels)) > 1:
            break
        common.append(labels[0])
    return ".".join(common)


class Account(Protected, Base):
    """Somebody who signs in: what they may do and where. Each of the roles counts in each of the relations, for a token says no more."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str | None]
    username: Mapped[str]
    email: Mapped[str | None]
    name: Mapped[str]
    language: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    relations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    person_id: Mapped[UUID | None]
    state: Mapped[str]
    source: Mapped[str]
    invited_by: Mapped[str]
    invited_at: Mapped[datetime]
    invited_on: Mapped[date]
    closed_by: Mapped[str | None]
    closed_on: Mapped[date | None]
    closed_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    applied_version: Mapped[int] = mapped_column(default=0)
    applied_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    trouble: Mapped[str | None]

    @property
    def actor(self) -> str | None:
        """How the audit names this account's acts."""
        return f"{self.issuer}#{self.subject}" if self.subject else None

    @property
    def application(self) -> Application:
        """How far the identity provider has followed."""
        if self.applied_version == self.version:
            return "applied"
        return "refused" if self.trouble not in (None, AWAY) else "to_be_applied"

    def change(self) -> None:
        """The identity provider must follow, and whoever read the account must read it again."""
        self.version += 1
        self.trouble = None

    def touch(self) -> None:
        """Whoever read the account must read it again; the identity provider has nothing to follow."""
        followed = self.applied_version == self.version
        self.version += 1
        self.applied_version = self.version if followed else self.applied_version

    def close(self, *, by: str, on: date, reason: str) -> None:
        self.state = ACCOUNT.after("close", self.state)
        self.closed_by, self.closed_on, self.closed_reason = by, on, reason
        self.change()


class Substitute(Protected, Base):
    """One account stands in for another, from a first to a last day, both whole."""

    __tablename__ = "account_substitutes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    substitute_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    absent_version: Mapped[int]
    reason: Mapped[str]
    state: Mapped[str]
    named_by: Mapped[str]
    named_at: Mapped[datetime]
    ended_by: Mapped[str | None]
    ended_on: Mapped[date | None]

    @property
    def starts_on(self) -> date:
        assert self.valid.lower is not None
        return self.valid.lower

    @property
    def ends_on(self) -> date:
        last = last_day(self.valid)
        assert last is not None
        return last


def must_not_spread(absent: Account, substitute: Account) -> None:
    """Roles and relations stand side by side in a token: together they must open nothing that neither account opens today. Raises Refused."""
    own, borrowed = set(product(substitute.roles, substitute.relations)), set(product(absent.roles, absent.relations))
    together = set(product({*substitute.roles, *absent.roles}, {*substitute.relations, *absent.relations}))
    if more := sorted(together - own - borrowed):
        role, relation = more[0]
        raise Refused(
            "substitute-would-hold-more",
            _("With both accounts' roles the substitute would be {role} for {place} too, which neither of them is."),
            rule=SEC_02_ROLES,
            possible=_("Name somebody who works for the same place, or who holds the same roles."),
            role=role,
            place=relation.rsplit("/", 1)[-1],
        )
