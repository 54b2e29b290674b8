"""The pages of decisions and commitments: whole in each language, signed by ticks, refusals told line by line, and a check that names nobody."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Refusal
from tests.portal.answers_decisions import ANSWERS, BOUND, DRAFT, OWED, OWN, REVOKED, RULE, SIGNED, WAITING, A
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import PEOPLE, World, uid

PAGES = [
    "/decisions",
    "/decisions?state=waiting&tick=all",
    "/decisions?state=to_regularise",
    "/decisions/retroactive?month=2025-09",
    *(f"/decisions/{one}" for one in (WAITING, OWN, SIGNED, REVOKED)),
    f"/decisions/{SIGNED}/revocation",
    f"/decisions/{SIGNED}/supersession",
    "/commitments",
    "/commitments?state=ended",
    *(f"/commitments/{one}" for one in (BOUND, DRAFT, OWED)),
    f"/commitments/{BOUND}?on=2026-09-30&cause=leaves",
    "/payments",
    "/asked-back",
]


@pytest.fixture(autouse=True)
def appointment(world: World) -> World:
    world.answers |= ANSWERS
    return world


@pytest.mark.parametrize("language", ["fr", "vi", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole(as_: Callable[..., TestClient], path: str, language: str) -> None:
    for person in ("linh", "director"):
        page = as_(person, language).get(path)
        assert page.status_code == 200
        assert page.text.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", page.text), "inline code or style"
        ids = re.findall(r'\sid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
        for name in re.findall(r'<label for="([^"]+)"', page.text):
            assert name in ids, f"label for {name}"


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("mission", {"programme": "comprehensive-support", "mode": "transfer", "specialty": "paediatrics"}, ["Hỗ trợ toàn diện của tỉnh", "Chuyển giao kỹ thuật", "Nhi khoa"]),
        ("stay", {"country": "CN", "region": "CN-GX", "field": "intensive-care", "title": "Siêu âm tim"}, ["Trung Quốc", "Quảng Tây", "Hồi sức cấp cứu", "Siêu âm tim"]),
        ("benefits", {"benefit": "occupational_allowance", "percent": "62.5"}, ["Phụ cấp ưu đãi nghề", "62,5 %"]),
        ("awards", {"title": "unit_emulation_fighter", "level": "province"}, ["Chiến sĩ thi đua cơ sở", "Cấp khen thưởng"]),
    ],
)
def test_what_is_decided_is_said_in_words(as_: Callable[..., TestClient], world: World, kind: str, facts: dict[str, Any], words: list[str]) -> None:
    """As the letter says it: no code of a programme, place abroad, benefit or award."""
    world.answers[f"{A}/decisions/{WAITING}"] = ANSWERS[f"{A}/decisions/{WAITING}"] | {"kind": kind, "facts": facts}
    page = as_("linh", "vi").get(f"/decisions/{WAITING}").text
    for word in words:
        assert word in page
    for code in facts.values():
        assert code in words or f">{code}<" not in page


def test_what_one_proposed_cannot_be_ticked(as_: Callable[..., TestClient]) -> None:
    page = as_("director", "en").get("/decisions?state=waiting&tick=all").text
    assert re.findall(r'name="ids" value="([^"]+)" form="sign" checked', page) == [WAITING]
    assert "another person must sign it" in page
    assert "Sign the 1 ticked" in page


def test_each_ticked_line_is_answered_by_itself(as_: Callable[..., TestClient], world: World) -> None:
    problem = {
        "type": "/problems/retroactive-needs-reason",
        "title": "",
        "status": 409,
        "detail": "This takes effect on 2025-09-01.",
        "rule": RULE | {"id": "REG-04"},
        "possible": "Give the reason.",
    }
    good: Any = ANSWERS[f"{A}/decisions/{WAITING}"] | {"number": "318/QĐ-SYT", "decision": "318/QĐ-SYT"}
    world.answers[f"{A}/decisions/signatures"] = {
        "items": [{"id": WAITING, "decision": good, "problem": None}, {"id": SIGNED, "decision": None, "problem": problem}],
        "signed": 1,
        "refused": 1,
    }
    signatory = as_("director", "en")
    action = "/decisions/signatures?state=waiting&kind=&facility=&sort=proposed"
    hidden = hidden_fields(signatory.get("/decisions?state=waiting").text, action)
    page = signatory.post(action, data=hidden | {"ids": [WAITING, SIGNED]})
    assert page.status_code == 200
    assert "318/QĐ-SYT" in page.text
    assert "REG-04" in page.text
    [sent] = [body for method, path, body in world.sent if path == f"{A}/decisions/signatures"]
    assert sent["decisions"] == [{"id": WAITING}, {"id": SIGNED}]


def test_nothing_ticked_is_said_beside_the_list(as_: Callable[..., TestClient]) -> None:
    signatory = as_("director", "en")
    page = fill(signatory, "/decisions?state=waiting", "/decisions/signatures?state=waiting&kind=&facility=&sort=proposed")
    assert (page.status_code, "Tick at least one decision." in page.text) == (422, True)


def test_a_refused_revocation_keeps_what_was_typed(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{A}/decisions/{SIGNED}/revocation"] = Refusal(
        409, {"type": "/problems/revoked-before-effect", "title": "A rule refuses this", "detail": "Not so early.", "rule": RULE, "possible": "Later.", "fields": []}
    )
    signatory = as_("director", "en")
    page = fill(signatory, f"/decisions/{SIGNED}/revocation", f"/decisions/{SIGNED}/revocation", reason="Sai đối tượng", effective_on="2025-08-01")
    assert page.status_code == 409
    for said in ("Not so early.", "Sai đối tượng", "2025-08-01", "SEC-02"):
        assert said in page.text


def test_a_stranger_checks_a_paper_and_learns_no_name(reader: TestClient) -> None:
    page = reader.get("/check/decision/ABCDEFGH23456789", headers={"accept-language": "vi"})
    assert page.status_code == 200
    assert "317/QĐ-SYT" in page.text
    assert not any(name in page.text for name in PEOPLE.values())
    assert reader.get("/check/decision/ZZZZ").status_code == 404
    assert reader.get("/check/decision?code=abcd", follow_redirects=False).headers["location"] == "/check/decision/ABCD"


def test_what_would_be_owed_is_explained(as_: Callable[..., TestClient]) -> None:
    page = as_("hr-bvt", "en").get(f"/commitments/{BOUND}?on=2026-09-30").text
    assert "321" in page
    assert "COM-02" in page
    assert "Decree 101/2017/NĐ-CP" in page


def test_several_forms_name_their_own_fields(as_: Callable[..., TestClient], world: World) -> None:
    world.refusals[f"{A}/commitments/{BOUND}/assessment"] = Refusal(422, {"fields": [{"path": "exit_on", "reason": "Not yet."}]})
    officer = as_("hr-bvt", "en")
    page = fill(officer, f"/commitments/{BOUND}", f"/commitments/{BOUND}/assessment", exit_on="2030-01-01", end_cause="leaves")
    assert (page.status_code, 'id="exit_on-error"' in page.text) == (422, True)
    [sent] = [body for _method, path, body in world.sent if path.endswith("/assessment")]
    assert sent == {"exit_on": "2030-01-01", "cause": "leaves"}


def test_a_payment_goes_to_the_next_due_part(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/payments/{uid(822)}/payment"] = ANSWERS[f"{A}/payments"]["items"][1]
    officer = as_("hr-bvt", "en")
    answer = fill(officer, f"/commitments/{BOUND}", f"/commitments/{BOUND}/payments/{uid(822)}", voucher="UNC-13")
    assert answer.status_code == 303
    assert world.sent[-1] == ("POST", f"{A}/payments/{uid(822)}/payment", {"voucher": "UNC-13"})


PRORATA = "Decree 101/2017/NĐ-CP (repayment of training costs in proportion to the time not served)"
TYPED = "Nghị quyết 28/2023/NQ-HĐND <b>"


def test_a_legal_basis_is_read_in_the_reader_s_language_and_kept_as_it_is_stored(as_: Callable[..., TestClient], world: World) -> None:
    world.answers[f"{A}/decisions/{SIGNED}"] = ANSWERS[f"{A}/decisions/{SIGNED}"] | {"legal_basis": [PRORATA, TYPED]}
    world.answers[f"{A}/decisions/{SIGNED}/supersession"] = ANSWERS[f"{A}/decisions/{WAITING}"]
    reader = as_("linh", "vi")
    shown = "Nghị định 101/2017/NĐ-CP (đền bù chi phí đào tạo theo tỷ lệ thời gian chưa phục vụ)"
    form = f"/decisions/{SIGNED}/supersession"
    for path in (f"/decisions/{SIGNED}", form):
        page = reader.get(path).text
        assert shown in page
        assert "NQ-HĐND &lt;b&gt;" in page, "what was typed is shown as it is, escaped"
        assert "Decree 101" not in page
    answer = fill(reader, form, form, reason="Sai căn cứ", legal_basis=f"{shown}\r\n{TYPED}\r\nNghị định 30/2020/NĐ-CP")
    assert answer.status_code == 303
    assert world.sent[-1][2]["legal_basis"] == [PRORATA, TYPED, "Nghị định 30/2020/NĐ-CP"]
