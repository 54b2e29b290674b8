"""Where a span stands on the common scale of its trace."""

from typing import Any

import pytest

from services.portal.pages.traces import DEEPEST, NARROWEST, WIDTH, scale, waterfall


def a_trace(whole_ms: float, *spans: tuple[float, float], depth: int = 0) -> dict[str, Any]:
    return {
        "whole_ms": whole_ms,
        "spans": [{"offset_ms": offset, "duration_ms": duration, "depth": depth, "kind": "server", "status": "ok", "attributes": {"b": 1, "a": 2}} for offset, duration in spans],
    }


def test_bars_are_in_proportion() -> None:
    whole, second = waterfall(a_trace(200, (0, 200), (50, 100)))
    assert (whole.left, whole.width) == (0, WIDTH)
    assert (second.left, second.width) == (250, 500)
    assert second.facts == [("a", 2), ("b", 1)]


@pytest.mark.parametrize(("offset", "duration"), [(0, 0), (1000, 0), (999.99, 0.01), (1000, 500), (-5, 2)])
def test_every_bar_is_seen_and_stays_inside(offset: float, duration: float) -> None:
    (bar,) = waterfall(a_trace(1000, (offset, duration)))
    assert bar.width >= NARROWEST
    assert bar.left >= 0
    assert bar.left + bar.width <= WIDTH


def test_a_trace_without_length_and_a_very_deep_one() -> None:
    (bar,) = waterfall(a_trace(0, (0, 0), depth=40))
    assert (bar.left, bar.width, bar.depth) == (0, NARROWEST, DEEPEST)


def test_the_scale_is_marked_in_quarters() -> None:
    assert scale(80) == [(0, 0.0), (250, 20.0), (500, 40.0), (750, 60.0), (1000, 80.0)]
