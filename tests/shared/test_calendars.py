"""Counting days: the exact results of the handbook, and what must hold for any date."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.calendars import WorkingCalendar, add_months, calendar_notice_of_period_end, period_end

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


class TestPeriods:
    def test_a_probation_of_nine_months_from_1_march_ends_on_30_november(self):  # oracle-A8
        assert period_end(date(2026, 3, 1), 9) == date(2026, 11, 30)

    def test_a_term_of_five_years_ends_on_the_eve(self):  # oracle-A13
        assert period_end(date(2024, 7, 1), 60) == date(2029, 6, 30)

    def test_a_period_from_the_31st_ends_on_the_last_day_of_a_shorter_month(self):
        assert period_end(date(2026, 1, 31), 1) == date(2026, 2, 28)
        assert period_end(date(2024, 1, 30), 1) == date(2024, 2, 29)

    @given(days, st.integers(1, 120))
    def test_a_period_never_overlaps_the_one_that_follows_it(self, start, months):
        end = period_end(start, months)
        assert start < end
        assert add_months(start, months) - end <= timedelta(days=1)


class TestNotices:
    def test_ninety_days_before_a_mandate_ends(self):  # oracle-A13
        assert calendar_notice_of_period_end(date(2029, 6, 30), 90) == date(2029, 4, 1)

    def test_five_clear_working_days_before_a_session(self):  # oracle-A2
        assert WorkingCalendar().working_notice(date(2026, 4, 20), 5) == date(2026, 4, 10)

    def test_an_inserted_holiday_shifts_it_earlier(self):  # oracle-A2
        calendar = WorkingCalendar(days_off=frozenset({date(2026, 4, 15)}))
        assert calendar.working_notice(date(2026, 4, 20), 5) == date(2026, 4, 9)

    def test_a_working_saturday_counts(self):
        calendar = WorkingCalendar(working_weekend_days=frozenset({date(2026, 4, 18)}))
        assert calendar.working_notice(date(2026, 4, 20), 5) == date(2026, 4, 13)


class TestDeadlines:
    def test_thirty_calendar_days_from_publication(self):  # oracle-A1
        assert WorkingCalendar().deadline(date(2026, 3, 2), 30) == date(2026, 4, 1)

    def test_a_deadline_on_a_sunday_moves_to_monday(self):
        assert WorkingCalendar().deadline(date(2026, 3, 6), 2) == date(2026, 3, 9)

    def test_the_public_holidays_of_viet_nam_are_days_off(self):
        calendar = WorkingCalendar.of_country("VN", [2025])
        assert not calendar.works(date(2025, 9, 2))
        assert calendar.works(date(2025, 9, 3))

    @given(days, st.integers(0, 60))
    def test_a_deadline_is_a_working_day_never_before_its_count(self, act, count):
        calendar = WorkingCalendar()
        end = calendar.deadline(act, count)
        assert calendar.works(end)
        assert end >= act + timedelta(days=count)
