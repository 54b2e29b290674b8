"""A list in each order that it offers: sorted, and walked page by page to its end and back without a row twice or missing."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.support.api import Api

Said = Callable[[dict[str, Any]], Any]


async def holds_its_orders(client: Api, path: str, orders: Mapping[str, Said], *, rows: int) -> None:
    """`orders` says by what a row of each order stands where it does; `rows` how many the list has at least."""

    async def asked(status: int = 200, **query: Any) -> dict[str, Any]:
        answer = await client.get(path, params=query)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    ids = {item["id"] for item in (await asked(limit=200))["items"]}
    assert len(ids) >= rows
    cursors = {}
    for order, said in orders.items():
        for sort in (order, f"-{order}"):
            whole = (await asked(sort=sort, limit=200))["items"]
            assert {item["id"] for item in whole} == ids, sort
            assert [said(item) for item in whole] == sorted(map(said, whole), reverse=sort.startswith("-")), sort
            forth = [await asked(sort=sort, limit=1)]
            cursors[sort] = forth[0]["next"]
            while forth[-1]["next"]:
                forth.append(await asked(sort=sort, limit=1, cursor=forth[-1]["next"]))
            assert [item["id"] for page in forth for item in page["items"]] == [item["id"] for item in whole], sort
            back = forth[-1]
            for page in reversed(forth[:-1]):
                back = await asked(sort=sort, limit=1, cursor=back["previous"])
                assert back["items"] == page["items"], sort
    for sort in cursors:  # a cursor of another order is refused, or leads somewhere: never to an error of ours
        for cursor in cursors.values():
            assert (await client.get(path, params={"sort": sort, "cursor": cursor})).status_code in (200, 422), sort
    assert (await asked(422, sort="hair"))["type"].endswith("/malformed")
