"""What a decision says in each language: a heading, its particulars and its articles, one text for each kind and a general one for the others.

Codes and numbers come from the request; a code is always said in words, a facility or an authority by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from services.appointment.decisions.bases import cited
from services.appointment.decisions.models import Decision
from shared.i18n import _, current_language, translate
from shared.words import said_fact


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
        _("on the end of probation"), _("The probation of the persons named below is recognised as completed from {effective}."), ("occupation_code", "starts_on", "ends_on")
    ),
    "probation_confirmation extended": Letter(
        _("on a longer probation"), _("The probation of the person named below is made longer from {effective}."), ("occupation_code", "starts_on", "ends_on", "months")
    ),
    "probation_confirmation ended": Letter(
        _("on the end of service after probation"),
        _("The person named below has not completed probation; the service ends from {effective}."),
        ("occupation_code", "starts_on", "ends_on"),
    ),
    "pay_steps": Letter(_("on pay steps"), _("The persons named below are granted the next step of their scale, each from the day written beside their name.")),
    "benefits": Letter(_("on benefits and allowances"), _("The persons named below are granted the benefit below from {effective}."), ("benefit", "percent", "amount")),
    "awards": Letter(_("on awards"), _("The award below is given to those named below."), ("title", "level", "year")),
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
    "starts_on": _("Probation from"),
    "ends_on": _("Probation until"),
    "months": _("Months of probation"),
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
COMMITTEES = {"commune": _("People’s Committee of {area}"), "district": _("People’s Committee of {area}")}


@dataclass(frozen=True)
class Names:
    """What codes are called: facilities and occupations by their code, the authority with the one above it and its place."""

    places: Mapping[str, str]
    occupations: Mapping[str, str]
    authority: str
    above: str | None = None
    seat: str | None = None
    area: str = ""


def heading_of(decision: Decision) -> str:
    return translate(_letter_of(decision).heading)


def _letter_of(decision: Decision) -> Letter:
    """The text for its kind and, where the kind has several outcomes, for its outcome."""
    return LETTERS.get(f"{decision.kind} {decision.facts.get('outcome')}") or LETTERS.get(decision.kind, GENERAL)


def basis_of(decision: Decision, names: Names) -> list[str]:
    """What the decision rests on, in the order of force; the proposal comes last."""
    texts = cited(decision.legal_basis, names.area)
    return [translate(_("Having regard to {basis};"), basis=text) for text in texts] + [translate(_("On the proposal of {day}."), day=written(decision.proposed_on))]


def articles_of(decision: Decision, names: Names) -> list[str]:
    """The articles: what, from which day and on whose charge, and when it ended if it did."""
    values = {
        "facility": names.places.get(decision.facility_code or "") or names.authority,
        "effective": written(decision.effective_on),
        "ends": written(decision.ends_on) if decision.ends_on else translate(_("a day to be decided")),
        "destination": names.places.get(str(decision.facts.get("destination")), str(decision.facts.get("destination") or "–")),
    }
    found = [translate(_letter_of(decision).first, **values)]
    if decision.is_retroactive:
        found.append(
            translate(_("It takes effect on {effective}, before its signature, for this reason: {reason}"), effective=values["effective"], reason=decision.retroactive_reason)
        )
    found.append(translate(_("The head of {facility} and the persons named are responsible for its execution, each in their part."), facility=values["facility"]))
    return found


def particulars_of(decision: Decision, names: Names) -> list[tuple[str, str]]:
    """The facts of the request that this kind names, with their labels; all that we have a label for where the kind is a general one."""
    letter = _letter_of(decision)
    about = (letter.about if letter is not GENERAL else tuple(LABELS)) + ALWAYS
    found = []
    for name in dict.fromkeys(about):
        value = decision.facts.get(name)
        if value not in (None, "") and name in LABELS:
            found.append((translate(LABELS[name]), _said(decision, name, value, names)))
    return found


def _said(decision: Decision, name: str, value: Any, names: Names) -> str:
    if name in MONEY and isinstance(value, int):
        return f"{amount(value)} {decision.facts.get('currency') or ''}".strip()
    if name in PLACES:
        return names.places.get(str(value), str(value))
    if name == "occupation_code":
        return names.occupations.get(str(value), str(value))
    in_words = said_fact(decision.kind, name, value)
    if in_words is not None:
        return in_words
    if name == "percent":
        return f"{format_decimal(Decimal(str(value)), locale=LOCALES[current_language.get()])} %"
    if name.endswith("_on"):
        return written(date.fromisoformat(str(value)))
    if isinstance(value, int):
        return amount(value) if name != "year" else str(value)
    return str(value)


def authority_named(*, country: str, level: str, name: str, short_name: str) -> str:
    """The health authority of a territory by its official name: the department of a province, the committee of a commune."""
    if country != "VN":
        return name
    if level == "country":
        return translate(_("Ministry of Health"))
    return translate(COMMITTEES.get(level, _("Department of Health of {area}")), area=area_named(name, short_name))


def committee_named(name: str, short_name: str) -> str:
    """The People’s Committee under which the department of a province stands."""
    return translate(COMMITTEES["commune"], area=area_named(name, short_name))


def area_named(name: str, short_name: str) -> str:
    """A territory inside a sentence: “tỉnh Quảng Ninh” in Vietnamese, its proper name elsewhere."""
    return name[:1].lower() + name[1:] if current_language.get() == "vi" else short_name


LOCALES = {"fr": "fr_FR", "vi": "vi_VN", "en": "en_GB"}


def written(day: date) -> str:
    """A day as official papers of each language write it (Decree 30/2020/NĐ-CP: days under 10 and months under 3 with a zero)."""
    language = current_language.get()
    if language == "vi":
        return f"ngày {day.day:02d} tháng {day.month:02d} năm {day.year}" if day.month < 3 else f"ngày {day.day:02d} tháng {day.month} năm {day.year}"
    found = str(format_date(day, format="long", locale=LOCALES[language]))
    return f"1er{found[1:]}" if language == "fr" and day.day == 1 else found


def amount(value: int) -> str:
    return str(format_decimal(value, locale=LOCALES[current_language.get()]))


def coefficient(value: Decimal) -> str:
    return str(format_decimal(value, format="0.00", locale=LOCALES[current_language.get()]))
