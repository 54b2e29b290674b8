"""The rules without a database: transition tables, eligibility, grants and windows."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recruitment import workflow
from services.recruitment.campaigns.guards import window_must_be_long_enough, window_must_be_open
from services.recruitment.campaigns.models import Campaign
from services.recruitment.policies.eligibility import Situation, evaluate, missing
from services.recruitment.policies.grants import compute_grant
from services.recruitment.policies.models import AttractionPolicy, PolicyAmount
from services.recruitment.rules import PACKS, pack_of
from shared.errors import Refused
from shared.workflow import Workflow

TABLES = [workflow.POLICY, workflow.NEED, workflow.CAMPAIGN, workflow.CANDIDACY, workflow.HIRE, workflow.SHORTAGE]
DATES = st.dates(date(1990, 1, 1), date(2090, 12, 31))
PACK = PACKS.pinned("vn-2020")


def resolution(**changes: Any) -> AttractionPolicy:
    known: dict[str, Any] = {
        "authority": "VN-22", "valid_from": date(2023, 12, 8), "valid_to": date(2025, 12, 31), "currency": "VND", "citation": "Resolution 28/2023/NQ-HĐND", "state": "approved",
        "eligible_occupations": ["VN-BS"], "excluded_occupations": ["VN-BSYHCT"], "excludes_former_public_staff": True, "years_experienced": 5, "years_new_graduate": 7,
        "amounts": [PolicyAmount(facility_group="remote-centre", degree="doctor-good", amount=500_000_000)],
    }  # fmt: skip
    return AttractionPolicy(**known | changes)


def situation(**changes: Any) -> Situation:
    known: dict[str, Any] = {
        "occupation_code": "VN-BS", "degree": "doctor-good", "experience": "new_graduate", "left_public_sector": False,
        "wanted_occupation": "VN-BS", "facility_code": "VN-22-TTBCE", "facility_group": "remote-centre",
    }  # fmt: skip
    return Situation(**known | changes)


class TestTransitions:
    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.of)
    def test_an_act_opens_from_its_states_alone(self, table: Workflow) -> None:
        for act, (sources, target) in table.transitions.items():
            for state in table.states:
                if state in sources:
                    assert table.after(act, state) == target
                    continue
                with pytest.raises(Refused) as refused:
                    table.after(act, state)
                assert refused.value.rule is not None
                assert refused.value.rule.value == sorted(sources)
                assert refused.value.possible

    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.of)
    def test_no_act_undoes_another(self, table: Workflow) -> None:
        """No way leads back to a state in which a record has been."""
        leads = {state: {target for sources, target in table.transitions.values() if state in sources} for state in table.states}

        def beyond(state: str, passed: frozenset[str]) -> None:
            assert state not in passed
            for following in leads[state]:
                beyond(following, passed | {state})

        for state in table.states:
            beyond(state, frozenset())


class TestEligibility:
    def test_everything_met(self) -> None:
        assert missing(evaluate(resolution(), situation(), day=date(2024, 1, 20), pack=PACK)) == []

    @pytest.mark.parametrize(
        ("changes", "lacking"),
        [
            ({"occupation_code": "VN-BSYHCT"}, {"occupation-eligible", "occupation-not-excluded", "answers-the-need"}),
            ({"left_public_sector": True}, {"not-former-public-staff"}),
            ({"facility_group": "provincial"}, {"amount-foreseen"}),
            ({"facility_group": None}, {"amount-foreseen"}),
            ({"degree": "phd"}, {"amount-foreseen"}),
            ({"wanted_occupation": "VN-BSCK"}, {"answers-the-need"}),
        ],
    )
    def test_all_that_is_missing_is_said_at_once(self, changes: dict[str, Any], lacking: set[str]) -> None:
        criteria = evaluate(resolution(), situation(**changes), day=date(2024, 1, 20), pack=PACK)
        assert {criterion.id for criterion in missing(criteria)} == lacking
        assert all(criterion.rule.citation for criterion in criteria)

    @given(first=DATES, length=st.integers(0, 4_000), day=DATES)
    def test_in_force_from_the_first_to_the_last_day_whole(self, first: date, length: int, day: date) -> None:
        policy = resolution(valid_from=first, valid_to=first + timedelta(days=length))
        judged = {criterion.id: criterion.met for criterion in evaluate(policy, situation(), day=day, pack=PACK)}
        assert judged["policy-in-force"] == (0 <= (day - first).days <= length)
        assert resolution(valid_from=first, valid_to=None).in_force(day) == (day >= first)
        assert not resolution(valid_from=first, valid_to=None, state="proposed").in_force(day)


class TestGrant:
    def test_oracle_a9(self) -> None:
        grant = compute_grant(resolution(), facility_group="remote-centre", degree="doctor-good", experience="new_graduate", starts_on=date(2024, 4, 1))
        assert (grant.amount, grant.commitment_years * 12, grant.commitment_ends_on) == (500_000_000, 84, date(2031, 3, 31))

    def test_without_an_amount_it_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(Refused) as refused:
            compute_grant(resolution(), facility_group="remote-centre", degree="phd", experience="experienced", starts_on=date(2024, 4, 1))
        assert refused.value.rule is not None
        assert refused.value.rule.value == {"doctor-good": 500_000_000}

    @given(starts_on=DATES, experience=st.sampled_from(["experienced", "new_graduate"]))
    def test_a_commitment_counts_its_first_day_and_lasts_whole_years(self, starts_on: date, experience: str) -> None:
        grant = compute_grant(resolution(), facility_group="remote-centre", degree="doctor-good", experience=experience, starts_on=starts_on)
        after = grant.commitment_ends_on + timedelta(days=1)
        assert after.year - starts_on.year == grant.commitment_years
        assert (after.month, after.day) == (starts_on.month, starts_on.day) or (starts_on.month, starts_on.day, after.month, after.day) == (2, 29, 3, 1)


class TestWindow:
    def test_oracle_a1(self) -> None:
        """Published on 2 March 2026, 30 calendar days: open until 1 April, whole."""
        published = date(2026, 3, 2)
        window_must_be_long_enough(published_on=published, opens_on=published, closes_on=date(2026, 4, 1), pack=PACK)
        with pytest.raises(Refused):
            window_must_be_long_enough(published_on=published, opens_on=published, closes_on=date(2026, 3, 31), pack=PACK)
        campaign = Campaign(state="published", opens_on=published, closes_on=date(2026, 4, 1))
        window_must_be_open(campaign, date(2026, 4, 1), PACK)
        with pytest.raises(Refused) as refused:
            window_must_be_open(campaign, date(2026, 4, 2), PACK)
        assert refused.value.rule == PACK.rule("REC-WINDOW")

    @given(published=DATES, waits=st.integers(0, 400), days=st.integers(0, 400))
    def test_the_days_count_from_publication_or_opening(self, published: date, waits: int, days: int) -> None:
        opens = published + timedelta(days=waits)
        try:
            window_must_be_long_enough(published_on=published, opens_on=opens, closes_on=opens + timedelta(days=days), pack=PACK)
            long_enough = True
        except Refused:
            long_enough = False
        assert long_enough == (days >= 30)


class TestRulePacks:
    def test_a_pack_covers_the_story_and_today(self) -> None:
        for day in (date(2020, 9, 29), date(2023, 12, 8), date(2025, 12, 31)):
            assert pack_of("VN-22", day).id == "vn-2020"
        assert pack_of("VN-22-BVT", date(2026, 1, 1)).id == "vn-2026"

    def test_a_country_without_rules_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            pack_of("BE-21", date(2024, 1, 1))
        assert refused.value.possible
