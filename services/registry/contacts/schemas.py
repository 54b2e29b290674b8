"""What goes in and out about contacts, languages and nationalities."""

import re
from datetime import date
from functools import cache
from typing import Annotated, Self
from uuid import UUID

import phonenumbers
from babel import Locale
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.registry.contacts.models import ContactKind, ContactPurpose, Level, Visibility
from shared.actions import Action
from shared.i18n import _
from shared.jurisdictions import here
from shared.records import Body

EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\".]+(\.[^@\s<>\".]+)+")


@cache
def _known(kind: str) -> frozenset[str]:
    english = Locale("en")
    return frozenset(english.territories if kind == "country" else english.languages)


def _country(code: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code) or code not in _known("country"):
        raise ValueError(_("A country is two capital letters, as in ISO 3166-1."))
    return code


def _language(code: str) -> str:
    if code not in _known("language"):
        raise ValueError(_("A language is two or three small letters, as in ISO 639."))
    return code


def _phone(value: str) -> str:
    """One form for each number, whatever its spaces: international, as E.164. One that names no country is of the country of whoever types it."""
    try:
        number = phonenumbers.parse(value, here().country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValueError(_("This is not a phone number. Outside the country it begins with + and the country’s code."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


Country = Annotated[str, AfterValidator(_country)]


class AddressWrite(Body):
    """A postal address in the parts that its country has; what they are called and which must be said is the country's (`shared/jurisdictions`)."""

    line: str | None = Field(None, max_length=120, examples=["12, đường Lê Lợi"])
    district: str | None = Field(None, max_length=60)
    city: str | None = Field(None, max_length=60, examples=["phường Hồng Gai"])
    state: str | None = Field(None, max_length=60, examples=["tỉnh Quảng Ninh"])
    postal_code: str | None = Field(None, max_length=12)
    country: Country | None = Field(None, description="ISO 3166-1 alpha-2; without it, the caller's.", examples=["VN"])


class ContactCreate(Body):
    """One way to reach the person, and who may see it: `self` nobody else, `hr` those who read the file, `system` whoever may see the name."""

    kind: ContactKind
    purpose: ContactPurpose = "work"
    value: str = Field("", max_length=300, description="The number, the e-mail or, where the parts of its country are not known, the address.", examples=["0912 345 678"])
    address: AddressWrite | None = Field(None, description="A postal address, in parts.")
    visibility: Visibility = "hr"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.address is not None and (self.kind != "address" or self.value):
            raise ValueError(_("An address is written in parts or in one line."))
        if self.address is None and len(self.value) < 3:
            raise ValueError(_("Write a number or an address."))
        if self.kind == "phone":
            self.value = _phone(self.value)
        elif self.kind == "email":
            if not EMAIL.fullmatch(self.value):
                raise ValueError(_("This is not an e-mail address."))
            name, _at, domain = self.value.rpartition("@")
            self.value = f"{name}@{domain.lower()}"
        return self


class ContactRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: ContactKind
    purpose: ContactPurpose
    value: str = Field(description="As it is shown; of an address its parts in the order of its country.")
    address: dict[str, str] | None = Field(description="The parts of an address that was written in parts.")
    visibility: Visibility


LanguageCode = Annotated[str, Field(pattern="^[a-z]{2,3}$", examples=["fr"]), AfterValidator(_language)]


class LanguageWrite(Body):
    """How well the person speaks it; writing it anew makes it declared again."""

    level: Level
    certificate: str | None = Field(None, min_length=2, max_length=200, examples=["DELF B2"])
    expires_on: date | None = None


class LanguageVerification(Body):
    evidence: str = Field(min_length=3, max_length=500)


class LanguageRead(BaseModel):
    language: str
    level: Level
    certificate: str | None
    expires_on: date | None
    state: str
    declared_on: date
    verified_on: date | None
    evidence: str | None
    available_actions: list[Action]


class Nationalities(Body):
    countries: list[Country] = Field(max_length=5, description="ISO 3166-1 alpha-2; all of them, replacing what stands.", examples=[["VN"]])
