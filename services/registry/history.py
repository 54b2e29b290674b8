"""The things of the registry whose changes are read, and by whom."""

from typing import Any

from sqlalchemy import Select, select

from services.registry.accounts.permissions import can_read_accounts
from services.registry.accounts.queries import accounts_visible_to
from services.registry.facilities.models import Facility
from services.registry.persons.permissions import can_read_people, can_read_posts
from services.registry.persons.queries import persons_visible_to
from services.registry.posts.models import Post
from shared.auth import Caller
from shared.history import HistoryOf
from shared.visibility import visible_to


def _managed(row: Any) -> Any:
    """Rows of the establishment and the directory: everybody may read the thing, those who manage it its changes."""

    def query(caller: Caller) -> Select[Any]:
        return select(row).where(visible_to(caller, row))

    return query


HISTORY = {
    "account": HistoryOf(accounts_visible_to, can_read_accounts),
    "person": HistoryOf(persons_visible_to, can_read_people),
    "post": HistoryOf(_managed(Post), can_read_posts),
    "facility": HistoryOf(_managed(Facility), can_read_people),
}
