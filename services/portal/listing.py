"""One page of a list: its rows, and the addresses of its other pages, orders and files. Everything that is asked stands in the address.

found = await visit.api.get(f"{API}/facilities", **filters, **paging(visit))
return visit.page("facilities/list.html", list=Listing.of(visit, found, filters, export="facilities"))

`components/list.html` draws it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from services.portal.visit import Visit


def paging(visit: Visit) -> dict[str, str]:
    """Which page, in which order: what every list is asked besides its filters."""
    return {name: visit.query(name) for name in ("cursor", "sort") if visit.query(name)}


@dataclass(frozen=True)
class Listing:
    """The page of a list that a reader looks at."""

    path: str
    items: Sequence[Any]
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    cursor: str = ""
    next: str | None = None
    previous: str | None = None
    export: str = ""
    total: int | None = None
    asked: Mapping[str, str] | None = None

    @classmethod
    def of(
        cls,
        visit: Visit,
        found: Mapping[str, Any],
        filters: Mapping[str, str],
        *,
        path: str = "",
        sort: str = "",
        export: str = "",
        total: int | None = None,
        asked: Mapping[str, str] | None = None,
    ) -> "Listing":
        """From the answer of a list. `sort` is its order when none is asked, `total` how many rows there are in all where that is known.

        `asked` is what the service was asked where the page's own filters say it in other words: a file is narrowed by that.
        """
        return cls(
            path=path or visit.request.url.path,
            items=found["items"],
            filters=filters,
            sort=visit.query("sort") or sort,
            cursor=visit.query("cursor"),
            next=found.get("next"),
            previous=found.get("previous"),
            export=export,
            total=total,
            asked=asked,
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set: an empty list then says another thing."""
        return any(self.filters.values())

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the address of every other page of this list repeats. An emptied filter is said: a page may have one of its own."""
        return [*self.filters.items(), *self._order]

    @property
    def exported_by(self) -> list[tuple[str, str]]:
        """What a file of this list is narrowed by."""
        return [*(self.filters if self.asked is None else self.asked).items(), *self._order]

    @property
    def _order(self) -> list[tuple[str, str]]:
        return [("sort", self.sort)] if self.sort else []

    def _address(self, **more: str) -> str:
        query = urlencode([(name, value) for name, value in ({**dict(self.kept), **more}).items() if value or name in self.filters])
        return f"{self.path}?{query}" if query else self.path

    def with_(self, path: str = "", **more: str) -> str:
        """This very page of the list, saying more; or the address of an act on it, which leads back here."""
        return self._address(cursor=self.cursor, **more).replace(self.path, path or self.path, 1)

    @property
    def next_page(self) -> str:
        return self._address(cursor=self.next) if self.next else ""

    @property
    def previous_page(self) -> str:
        return self._address(cursor=self.previous) if self.previous else ""

    @property
    def first_page(self) -> str:
        """Back to the beginning, from anywhere else."""
        return self._address() if self.cursor else ""

    def is_sorted_by(self, order: str) -> bool:
        return bool(order) and self.sort.removeprefix("-") == order

    def direction(self, order: str) -> str | None:
        """What `aria-sort` says of a column: nothing where the list is not in its order."""
        return ("descending" if self.sort.startswith("-") else "ascending") if self.is_sorted_by(order) else None

    def sorted_by(self, order: str) -> str:
        """The list in the order of a column; from its end when it is in that order already."""
        return self._address(sort=f"-{order}" if self.sort == order else order)


__all__ = ["Listing", "paging"]
