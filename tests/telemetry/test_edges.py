"""The table of edges: what it accepts, what it misses, and that it can be read."""

from pathlib import Path

import pytest

from tests.telemetry.edges import Edge, missing_edges, read_edges

TABLE = Path(__file__).parent / "edges.yaml"


def found(parent: str, child: str, parent_name: str = "x", child_name: str = "y") -> dict[str, object]:
    return {"parent": parent, "child": child, "parent_name": parent_name, "child_name": child_name, "count": 1}


HIRE = Edge("recruitment/producer", "registry/consumer", "the hire reaches the registry", child_name="apply recruitment.hire.*")


def test_an_edge_is_found_by_kind_and_name() -> None:
    assert (
        missing_edges([HIRE], [found("gateway/server", "recruitment/server"), found("recruitment/producer", "registry/consumer", child_name="apply recruitment.hire.decided.v1")])
        == []
    )


@pytest.mark.parametrize(
    "almost",
    [
        [],
        [found("recruitment/server", "registry/consumer", child_name="apply recruitment.hire.decided.v1")],
        [found("recruitment/producer", "observatory/consumer", child_name="apply recruitment.hire.decided.v1")],
        [found("recruitment/producer", "registry/consumer", child_name="apply recruitment.policy.approved.v1")],
        [found("registry/consumer", "recruitment/producer", child_name="apply recruitment.hire.decided.v1")],
    ],
)
def test_almost_is_missing(almost: list[dict[str, object]]) -> None:
    assert missing_edges([HIRE], almost) == [HIRE]


def test_the_parents_name_counts_when_it_is_said() -> None:
    edge = Edge("portal/client", "gateway/server", "through the door", parent_name="POST *")
    assert missing_edges([edge], [found("portal/client", "gateway/server", "GET /x")]) == [edge]
    assert missing_edges([edge], [found("portal/client", "gateway/server", "POST /x")]) == []


def test_each_missing_edge_is_named_in_the_order_of_the_table() -> None:
    edges = [Edge("a/server", "b/server", "first"), Edge("b/server", "c/server", "second"), Edge("c/server", "d/server", "third")]
    assert missing_edges(edges, [found("b/server", "c/server")]) == [edges[0], edges[2]]
    assert str(edges[0]) == "a/server -> b/server (*): first"


def test_the_table_is_a_path_from_the_door_to_the_last_consumer() -> None:
    """Each expected edge begins where another one ended: a table with a gap would watch two halves of a broken trace."""
    edges = read_edges(TABLE)
    reached = {"gateway/server"}
    for edge in edges:
        assert edge.parent in reached, str(edge)
        reached.add(edge.child)
    assert {"portal/server", "recruitment/producer", "registry/consumer", "observatory/consumer"} <= reached
