"""The fields that a person may dispute: what stands in the file, what may be proposed, and the correction that it becomes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from pydantic import ValidationError

from services.registry.corrections.models import NAMES, Field
from services.registry.persons.models import NameKind, Person, Sex
from services.registry.persons.schemas import NameBody, PersonChange
from shared.errors import Malformed, Refused
from shared.i18n import _
from shared.names import canonical

_YEAR = re.compile(r"\d{4}")


def stands(file: Mapping[str, Any], field: Field) -> str | None:
    """What a file, as `own_file` gives it, says in a field."""
    if field in NAMES:
        return next((str(name["value"]) for name in file["names"] if name["kind"] == NAMES[field]), None)
    if field == "birth":
        return str(file["birth_date"])[:4] if file["birth_precision"] == "year" else file["birth_date"]
    return str(file["sex"])


def proposal(field: Field, proposed: str, stood: str | None) -> str:
    """The value proposed, in the form in which it is kept. Raises Malformed, or Refused when it is what stands already."""
    value = canonical(proposed)
    change_of(field, value, [])
    if value == stood:
        raise Refused("nothing-to-correct", _("Your file says this already."), possible=_("Propose what it should say instead."))
    return value


def change_of(field: Field, proposed: str, names: list[NameBody]) -> PersonChange:
    """The correction of a person's file that accepting means; `names` are those that stand. Raises Malformed."""
    try:
        if field in NAMES:
            return PersonChange(names=_renamed(names, NAMES[field], proposed))
        if field == "birth":
            return PersonChange(birth_year=int(proposed)) if _YEAR.fullmatch(proposed) else PersonChange(birth_date=date.fromisoformat(proposed))
        return PersonChange(sex=proposed)  # pydantic judges it
    except (ValidationError, ValueError):
        raise Malformed.field("proposed", WRONG[field], sexes=", ".join(get_args(Sex))) from None


def _renamed(names: list[NameBody], kind: NameKind, value: str) -> list[NameBody]:
    """The first name of the kind is written anew, in its place; the others stay."""
    first = next((number for number, name in enumerate(names) if name.kind == kind), None)
    if first is None:
        return [*names, NameBody(kind=kind, value=value)]
    return [*names[:first], NameBody(kind=kind, script=names[first].script, value=value), *names[first + 1 :]]


def names_of(person: Person) -> list[NameBody]:
    return [NameBody(kind=name.kind, script=name.script, value=name.value) for name in person.names]


WRONG = {
    "legal-name": _("Write a name with at least one letter and no control character."),
    "usual-name": _("Write a name with at least one letter and no control character."),
    "birth": _("Write the birth date as 1985-03-09, or the year alone, between 1900 and today."),
    "sex": _("Choose one of: {sexes}."),
}
