"""Whatever its area code and its dates, a facility stands in exactly one area on each of its days."""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.areas.load import DATA, area_rows, change_rows, read_packaged
from services.registry.areas.models import Area, AreaChange
from services.registry.facilities.crosswalk import Atlas, on
from services.registry.periods import period

ONE_DAY = timedelta(days=1)
DAY = date(2025, 7, 1)


@cache
def viet_nam() -> Atlas:
    areas = []
    for row in area_rows(read_packaged(DATA / "viet-nam" / "areas.csv.gz")):
        said = {name: row[name] for name in ("id", "level", "code", "name", "latitude", "longitude", "area_km2")}
        first, last = (date.fromisoformat(row[name]) if row[name] else None for name in ("valid_from", "valid_to"))
        areas.append(Area(**said, valid=period(first, last)))
    changes = [
        AreaChange(**{name: row[name] for name in ("from_id", "to_id", "is_main")}, effective_on=date.fromisoformat(row["effective_on"]), share=float(row["share"]))
        for row in change_rows(read_packaged(DATA / "viet-nam" / "successions.csv.gz"))
    ]
    return Atlas.of(areas, changes)


@settings(deadline=None)  # the first example reads the packaged data
@given(
    number=st.integers(min_value=0),
    first=st.dates(date(1990, 1, 1), date(2030, 12, 31)),
    days=st.none() | st.integers(0, 20_000),
    here=st.none() | st.tuples(st.floats(8, 24), st.floats(102, 110)),
)
def test_the_stays_of_a_facility_cover_its_days_without_gap_or_overlap(number, first, days, here):
    atlas = viet_nam()
    codes = sorted(code for code in atlas.by_code if code.startswith("VN-"))
    last = None if days is None else first + timedelta(days=days)
    area = atlas.named(codes[number % len(codes)], first, last)
    if area is None:  # an area that begins after the facility has closed
        return
    if area.level == "district" and not atlas.heirs.get(area.id) and (last is None or last >= DAY):  # abolished, nothing followed
        return
    latitude, longitude = here or (None, None)
    stays = atlas.stays(area, first, last, latitude, longitude)
    assert stays[0].first == first
    assert stays[-1].last == last
    for one, following in pairwise(stays):
        assert one.last is not None and one.last + ONE_DAY == following.first
    for stay in stays:
        for day in (stay.first, stay.last or date(2100, 1, 1)):
            assert any(on(period, day) for period in atlas.areas[stay.area_id])


def test_entered_under_a_code_that_is_new_it_stood_where_the_commune_came_from():
    atlas = viet_nam()
    code = next(
        code
        for code, areas in sorted(atlas.by_code.items())
        if code.startswith("VN-24-") and len(areas) == 1 and areas[0].valid_from == DAY and len(atlas.origins[areas[0].id]) > 1
    )
    before, after = atlas.stays(atlas.by_code[code][0], date(2010, 1, 1), None)
    assert after.area_id == atlas.by_code[code][0].id
    assert before.area_id in {change.from_id for change in atlas.origins[after.area_id]}
    assert (before.is_estimated, after.is_estimated) == (True, False)
