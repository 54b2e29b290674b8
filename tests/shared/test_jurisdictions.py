"""What a country brings with it applies to whoever works there, and to nobody else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.registry.contacts.schemas import ContactCreate
from services.registry.identifiers.schemas import IdentifierCreate
from shared import clock
from shared.jurisdictions import be_in, here, jurisdiction_of, jurisdictions, own_currency, somewhere


def test_each_country_has_what_the_registry_packages() -> None:
    assert jurisdictions().keys() == {"FR", "MA", "VN"}
    assert {code: jurisdiction_of(code).currency for code in ("VN-22-BVT", "MA.MA-03", "FR-44-EHPAD", "BE-21")} == {
        "VN-22-BVT": "VND",
        "MA.MA-03": "MAD",
        "FR-44-EHPAD": "EUR",
        "BE-21": "VND",
    }


def test_nothing_of_one_request_stays_for_the_next() -> None:
    with somewhere():
        be_in("MA.MA-03")
        assert (here().country, own_currency()) == ("MA", "MAD")
    assert here().country == "VN"


def test_the_day_is_that_of_the_place() -> None:
    """At 20:00 UTC it is tomorrow in Hanoi and still today in Casablanca."""
    evening = datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert clock.day_of(evening) == date(2026, 3, 2)
    with somewhere():
        be_in("MA")
        assert clock.day_of(evening) == date(2026, 3, 1)


@pytest.mark.parametrize(("country", "typed", "kept"), [("VN", "0912 345 678", "+84912345678"), ("MA", "0661 23 45 67", "+212661234567"), ("FR", "06 12 34 56 78", "+33612345678")])
def test_a_phone_number_is_of_the_country_of_whoever_types_it(country: str, typed: str, kept: str) -> None:
    with somewhere():
        be_in(country)
        assert ContactCreate(kind="phone", value=typed).value == kept


@pytest.mark.parametrize(("country", "given", "good"), [("MA", "AB123456", True), ("MA", "022085001234", False), ("FR", "2 85 04 63 113 042 17", True), ("VN", "AB123456", False)])
def test_a_national_number_has_the_form_of_its_country(country: str, given: str, good: bool) -> None:
    def made() -> Any:
        return IdentifierCreate(kind="national-id", value=given)

    with somewhere():
        be_in(country)
        if good:
            assert made().issuer == country
        else:
            with pytest.raises(ValueError, match="not a number of this kind"):
                made()
