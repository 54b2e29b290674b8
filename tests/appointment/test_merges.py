"""Two persons of the register are one: what this service holds of the retired one follows, and goes back."""

from services.appointment.consumers import consumer
from tests.support.merges import follows_a_merge


async def test_a_row_of_every_table_that_holds_persons_follows_and_goes_back(rolled_back: None) -> None:
    await follows_a_merge(consumer)
