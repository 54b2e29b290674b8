"""What a decision says in each language: a heading, its particulars and its articles, one text for each kind and a general one for the others.

Codes and numbers come from the request; a value that is a code is said in words where this service has some.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from services.appointment.decisions.models import Decision
from shared.i18n import _, current_language, translate


@dataclass(frozen=True)
class Letter:
    """The words of one kind of decision. `first` is its first article; `about` says which facts are its particulars, in their order."""

    heading: str
    first: str
    about: tuple[str, ...] = ()


LETTERS: dict[str, Letter] = {
    "hire": Letter(
        _("on recruitment under the attraction policy"),
        _("The person named below is recruited to {facility} from {effective}, under the policy that is cited."),
        ("policy_resolution", "occupation_code", "degree", "amount", "commitment_years", "commitment_ends_on"),
    ),
    "mission": Letter(
        _("on a mission of professional support"),
        _("The person named below is sent on mission to {destination} from {effective} to {ends}."),
        ("source", "destination", "programme", "mode", "days", "technique", "specialty", "allowance"),
    ),
    "stay": Letter(
        _("on a stay abroad"),
        _("The persons named below are sent abroad from {effective} to {ends}."),
        ("title", "country", "region", "host", "field", "participants"),
    ),
    "sponsorship": Letter(
        _("on a study at the authority’s expense"),
        _("The person named below is sent to study from {effective} to {ends}, at the authority’s expense and against the service that is promised."),
        ("programme", "specialty", "institution", "country", "technique", "course_months", "months_due", "amount"),
    ),
    "appointment": Letter(
        _("on an appointment"), _("The person named below is appointed to the position below from {effective} to {ends}."), ("position", "rank", "unit", "term_months")
    ),
    "reappointment": Letter(
        _("on a reappointment"), _("The person named below is reappointed to the position below from {effective} to {ends}."), ("position", "rank", "unit", "term_months")
    ),
    "extension": Letter(_("on the extension of a mandate"), _("The mandate of the person named below is extended from {effective} to {ends}."), ("position", "rank", "unit")),
    "transfer": Letter(_("on a transfer"), _("The person named below is transferred to {facility} from {effective}."), ("position", "rank", "unit")),
    "acting": Letter(_("on acting duties"), _("The person named below acts in the position below from {effective} to {ends}."), ("position", "rank", "unit")),
    "resignation": Letter(_("on a resignation from a position"), _("The person named below leaves the position below from {effective}."), ("position", "rank", "unit")),
    "removal": Letter(_("on a removal from a position"), _("The person named below leaves the position below from {effective}."), ("position", "rank", "unit")),
    "probation_confirmation": Letter(
        _("on the end of probation"), _("The probation of the persons named below is recognised as completed from {effective}."), ("occupation_code", "starts_on", "lines")
    ),
    "pay_steps": Letter(
        _("on pay steps"), _("The persons named below are granted the next step of their scale, each from their own day, as listed in the file."), ("reference", "lines")
    ),
    "benefits": Letter(_("on benefits and allowances"), _("The persons named below are granted the benefit below from {effective}."), ("benefit", "percent", "amount", "lines")),
    "awards": Letter(_("on awards"), _("The award below is given to those named below."), ("title", "level", "year", "lines")),
}
GENERAL = Letter(_("on the matter below"), _("What is described below is decided, from {effective}."))

LABELS: dict[str, str] = {
    "policy_resolution": _("Policy"),
    "occupation_code": _("Professional title"),
    "degree": _("Degree"),
    "amount": _("Amount"),
    "commitment_years": _("Years of service promised"),
    "commitment_ends_on": _("Service promised until"),
    "source": _("From the facility"),
    "destination": _("To the facility"),
    "programme": _("Programme"),
    "mode": _("How"),
    "days": _("Days of mission"),
    "technique": _("Technique"),
    "specialty": _("Specialty"),
    "allowance": _("Allowance"),
    "title": _("Title"),
    "country": _("Country"),
    "region": _("Region abroad"),
    "host": _("Host institution"),
    "field": _("Field of training"),
    "participants": _("Persons"),
    "institution": _("Institution"),
    "course_months": _("Months of study"),
    "months_due": _("Months of service promised"),
    "position": _("Position"),
    "rank": _("Rank"),
    "unit": _("Unit"),
    "term_months": _("Months of the term"),
    "starts_on": _("From"),
    "lines": _("Number of lines"),
    "reference": _("Reference of the file"),
    "benefit": _("Benefit"),
    "percent": _("Percent"),
    "level": _("Level of the award"),
    "year": _("Year"),
    "replaces": _("Replaces the decision"),
    "reason": _("Reason"),
}
ALWAYS = ("replaces", "reason")
MONEY = {"amount", "allowance"}
PLACES = {"source", "destination"}


def heading_of(decision: Decision) -> str:
    return translate(LETTERS.get(decision.kind, GENERAL).heading)


def articles_of(decision: Decision, places: Mapping[str, str]) -> list[str]:
    """The articles: what, from which day and on whose charge, and when it ended if it did."""
    letter = LETTERS.get(decision.kind, GENERAL)
    values = {
        "facility": places.get(decision.facility_code or "", decision.facility_code or "–"),
        "effective": written(decision.effective_on),
        "ends": written(decision.ends_on) if decision.ends_on else translate(_("a day to be decided")),
        "destination": places.get(str(decision.facts.get("destination")), str(decision.facts.get("destination") or "–")),
    }
    found = [translate(letter.first, **values)]
    if decision.is_retroactive:
        found.append(
            translate(_("It takes effect on {effective}, before its signature, for this reason: {reason}"), effective=values["effective"], reason=decision.retroactive_reason)
        )
    found.append(translate(_("The head of {facility} and the persons named are responsible for its execution, each in their part."), facility=values["facility"]))
    return found


def particulars_of(decision: Decision, places: Mapping[str, str]) -> list[tuple[str, str]]:
    """The facts of the request that this kind names, with their labels; all that we have a label for where the kind is a general one."""
    letter = LETTERS.get(decision.kind)
    names = (letter.about if letter else tuple(LABELS)) + ALWAYS
    found = []
    for name in dict.fromkeys(names):
        value = decision.facts.get(name)
        if value not in (None, "") and name in LABELS:
            found.append((translate(LABELS[name]), _said(name, value, decision.facts, places)))
    return found


def _said(name: str, value: Any, facts: Mapping[str, Any], places: Mapping[str, str]) -> str:
    if name in MONEY and isinstance(value, int):
        return f"{amount(value)} {facts.get('currency') or ''}".strip()
    if name in PLACES:
        return places.get(str(value), str(value))
    if name.endswith("_on"):
        return written(date.fromisoformat(str(value)))
    if isinstance(value, int):
        return amount(value) if name != "year" else str(value)
    return translate(str(value)) if str(value).islower() else str(value)


def written(day: date) -> str:
    """A day in words, as each language writes it."""
    return str(format_date(day, format="long", locale=current_language.get()))


def amount(value: int) -> str:
    return str(format_decimal(value, locale=current_language.get()))
