"""A person whose file was destroyed is nobody here either."""

from services.recruitment.consumers import OF_ACCOUNTS, PERSONAL, consumer
from tests.support.erasures import forgets_a_person


async def test_what_is_said_of_an_erased_person_goes_and_what_is_counted_stays(rolled_back: None) -> None:
    await forgets_a_person(consumer, PERSONAL, OF_ACCOUNTS)
