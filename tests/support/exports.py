"""A list and its file hold the same rows, under the same filters and for the same reader."""

import json
from typing import Any

from tests.support.api import Api


async def taken(api: Api, address: str, status: int = 200, **asked: Any) -> Any:
    answer = await api.in_language("en").get(address, params=asked)
    assert answer.status_code == status, answer.text
    return answer


async def file_as_listed(api: Api, root: str, name: str, path: str, **asked: Any) -> list[dict[str, Any]]:
    """The rows of a file for programs: as many as the list shows; in the other formats too, it is a file."""
    listed = (await taken(api, f"{root}/{path}", **asked, limit=200)).json()["items"]
    rows: list[dict[str, Any]] = [json.loads(line) for line in (await taken(api, f"{root}/exports/{name}", **asked, format="ndjson", head="false")).text.splitlines()]
    assert len(rows) == len(listed)
    columns = (await taken(api, f"{root}/exports/{name}", **asked, format="csv", head="false")).text.splitlines()
    assert len(columns) >= 1 + len(rows)
    assert (await taken(api, f"{root}/exports/{name}", **asked, format="xlsx")).content.startswith(b"PK")
    assert (await taken(api, f"{root}/exports/{name}", **asked, format="pdf")).content.startswith(b"%PDF")
    return rows
