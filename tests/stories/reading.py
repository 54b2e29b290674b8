"""Reading the figures of S0 and the records behind them, as the regional administrator."""

from deploy.local.stack import RunningStack
from tests.support.system import call

PERIOD = {"area": "VN-22", "from": "2023-12-08", "to": "2025-09-30", "as_of": "2025-09-30"}


def figure(stack: RunningStack, figure_id: str, who: str = "linh") -> dict:
    params = PERIOD if figure_id.startswith("recruitment") else {"area": "VN-22", "as_of": "2025-09-30"}
    status, answer = call(stack.account(who), f"{stack.public_url}/api/v1/observatory/figures/{figure_id}", **params)
    assert status == 200, answer
    return answer


def records(stack: RunningStack, figure_id: str) -> list[dict]:
    params = PERIOD if figure_id.startswith("recruitment") else {"area": "VN-22", "as_of": "2025-09-30"}
    found, cursor = [], None
    while True:
        status, page = call(
            stack.account("linh"), f"{stack.public_url}/api/v1/observatory/figures/{figure_id}/records", limit=200, **params, **({"cursor": cursor} if cursor else {})
        )
        assert status == 200, page
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found
