"""Rule packs: data with a citation and a period, never two at once."""

from datetime import date
from pathlib import Path

import pytest

from shared.rulepacks import NoPackInForce, RulePacks

PACK = """
id: {id}
jurisdiction: VN
valid_from: {start}
valid_to: {end}
rules:
  REC-WINDOW: {{id: REC-VN-01, value: 30, unit: days, citation: Decree 115/2020}}
"""


def written(folder: Path, *packs: tuple[str, str, str]) -> Path:
    for name, start, end in packs:
        (folder / f"{name}.yaml").write_text(PACK.format(id=name, start=start, end=end), encoding="utf-8")
    return folder


class TestRulePacks:
    def test_two_packs_in_force_at_once_are_refused(self, tmp_path):
        with pytest.raises(ValueError, match="both in force"):
            RulePacks.load(written(tmp_path, ("vn-a", "2020-01-01", "2026-01-01"), ("vn-b", "2026-01-01", "null")))

    def test_a_rule_without_citation_is_refused(self, tmp_path):
        (tmp_path / "x.yaml").write_text("id: x\njurisdiction: VN\nvalid_from: 2020-01-01\nrules:\n  R: {value: 1}\n", encoding="utf-8")
        with pytest.raises(ValueError, match="no citation"):
            RulePacks.load(tmp_path)

    def test_a_day_without_pack_is_said(self, tmp_path):
        packs = RulePacks.load(written(tmp_path, ("vn-a", "2020-01-01", "2025-12-31")))
        with pytest.raises(NoPackInForce):
            packs.in_force("VN", date(2026, 1, 1))

    def test_a_case_keeps_the_pack_of_the_day_it_opened(self, tmp_path):  # RP-01
        packs = RulePacks.load(written(tmp_path, ("vn-a", "2020-01-01", "2025-12-31"), ("vn-b", "2026-01-01", "null")))
        assert packs.in_force("VN", date(2025, 12, 31)).id == "vn-a"
        assert packs.in_force("VN", date(2026, 1, 1)).id == "vn-b"
        assert (packs.pinned("vn-a").rule("REC-WINDOW").id, packs.pinned("vn-a").rule("REC-WINDOW").value) == (
            "REC-VN-01",
            30,
        )  # asked by one name everywhere, cited by the country's
