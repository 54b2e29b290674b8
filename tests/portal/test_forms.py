"""Forms: they come from our own pages, act once, keep what was typed, and show a refusal with its rule."""

from collections.abc import AsyncIterator, Callable

import pytest
from starlette.testclient import TestClient

from services.portal.clients import Api, Refusal, ServiceAway
from services.portal.formats import amount
from services.portal.forms import minor_units
from shared.jurisdictions import be_in, somewhere
from tests.portal.forms import fill, hidden_fields
from tests.portal.world import ASKING, CAMPAIGN, CANDIDACY, CANDIDACY_READ, HIRE, HIRE_READ, PERSON_READ, POST, REPORT, World, uid

REFUSED = Refusal(
    409,
    {
        "type": "http://127.0.0.1:8080/problems/post-full",
        "title": "A rule refuses this",
        "detail": "The post is full on 1 October 2025.",
        "rule": {"id": "REC-NEED", "value": 1.0, "unit": "seats", "citation": "Resolution 28/2023/NQ-HĐND", "confidence": "to_confirm"},
        "possible": "Choose another post, or end the assignment that holds it.",
    },
)


class TestWhereFormsComeFrom:
    @pytest.mark.parametrize("typed", [{}, {"csrf": "00" * 64}, {"csrf": "not hexadecimal"}])
    def test_a_form_without_the_token_of_this_session_is_refused(self, as_: Callable[..., TestClient], world: World, typed: dict[str, str]) -> None:
        answer = as_("linh").post("/people/search", data={"q": "hoa", **typed})
        assert answer.status_code == 403
        assert not [path for _method, path, _body in world.sent if path.endswith("/persons/search")]

    def test_a_token_of_another_session_is_refused(self, as_: Callable[..., TestClient]) -> None:
        theirs = hidden_fields(as_("director").get("/people").text, "/people/search")
        assert as_("linh").post("/people/search", data={"q": "hoa", **theirs}).status_code == 403

    def test_tokens_differ_on_each_page(self, as_: Callable[..., TestClient]) -> None:
        pages = [hidden_fields(as_("linh").get("/people").text, "/people/search")["csrf"] for _time in range(2)]
        assert pages[0] != pages[1]

    def test_preferences_work_before_signing_in(self, reader: TestClient) -> None:
        answer = fill(reader, "/", "/preferences", theme="dark", back="/problems")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/problems"
        assert "theme=dark" in answer.headers["set-cookie"]
        assert 'data-theme="dark"' in reader.get("/").text

    @pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", ""])
    def test_no_form_sends_people_to_another_site(self, reader: TestClient, back: str) -> None:
        hidden = hidden_fields(reader.get("/").text, "/preferences")
        assert reader.post("/preferences", data=hidden | {"theme": "light", "back": back}).headers["location"] == "/"


class TestSearch:
    def test_a_name_never_stands_in_an_address(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers["/api/v1/registry/persons/search"] = {"id": uid(900), "items": [{"id": uid(1)}, {"id": uid(2)}], "next": None}
        answer = fill(as_("linh"), "/people", "/people/search", q="Nguyễn Hoa")
        assert answer.headers["location"] == f"/people?search={uid(900)}"
        assert ("POST", "/api/v1/registry/persons/search", {"q": "Nguyễn Hoa", "limit": 50}) in world.sent

    def test_one_person_found_is_opened(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers["/api/v1/registry/persons/search"] = {"id": uid(900), "items": [{"id": uid(1)}], "next": None}
        assert fill(as_("linh"), "/people", "/people/search", q="hoa").headers["location"] == f"/people/{uid(1)}"


class TestOneHireByHand:
    def test_a_new_person_is_entered_once_and_goes_on_to_the_declaration(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers["/api/v1/registry/persons/search"] = {"id": uid(900), "items": [], "next": None}
        world.answers["/api/v1/registry/persons"] = PERSON_READ | {"id": uid(2)}
        reader = as_("hr-bvt")
        path = f"/campaigns/{CAMPAIGN}/candidacies"
        found = fill(reader, f"{path}/new", f"{path}/search", q="Đặng Thị Ánh")
        hidden = hidden_fields(found.text, f"{path}/person")
        answer = reader.post(f"{path}/person", data=hidden | {"name": "Đặng Thị Ánh", "birth": "09/03/1986", "sex": "female"})
        assert answer.headers["location"] == f"{path}/new?person={uid(2)}"
        sent = next(body for method, target, body in world.sent if target == "/api/v1/registry/persons" and method == "POST")
        assert sent == {"names": [{"kind": "legal", "value": "Đặng Thị Ánh"}], "sex": "female", "purposes": ["candidate"], "birth_date": "1986-03-09", "facility_code": "VN-22-BVT"}

    @pytest.mark.parametrize("birth", ["31/02/1986", "03-1986", "hôm qua"])
    def test_a_birth_that_is_no_date_is_said_and_kept(self, as_: Callable[..., TestClient], world: World, birth: str) -> None:
        world.answers["/api/v1/registry/persons/search"] = {"id": uid(900), "items": [], "next": None}
        reader = as_("hr-bvt")
        path = f"/campaigns/{CAMPAIGN}/candidacies"
        hidden = hidden_fields(fill(reader, f"{path}/new", f"{path}/search", q="Ánh").text, f"{path}/person")
        answer = reader.post(f"{path}/person", data=hidden | {"name": "Đặng Thị Ánh", "birth": birth, "sex": "female"})
        assert answer.status_code == 422
        assert 'href="#birth"' in answer.text
        assert f'value="{birth}"' in answer.text

    def test_a_declaration_becomes_a_candidacy(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("hr-bvt")
        path = f"/campaigns/{CAMPAIGN}/candidacies/new"
        hidden = hidden_fields(reader.get(f"{path}?person={uid(2)}").text, path)
        world.answers["/api/v1/recruitment/candidacies"] = CANDIDACY_READ
        answer = reader.post(path, data=hidden | {"need_id": uid(102), "occupation_code": "VN-BS", "degree": "resident", "experience": "experienced", "done_on": "2025-09-10"})
        assert answer.headers["location"] == f"/candidacies/{CANDIDACY}?done=registered"
        sent = next(body for method, target, body in world.sent if target.endswith("/candidacies") and method == "POST")
        assert sent["left_public_sector_of_province"] is False
        assert sent["done_on"] == "2025-09-10"

    def test_a_refused_hire_shows_rule_value_citation_and_way_and_keeps_the_form(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers["/api/v1/recruitment/hires"] = {"items": [], "next": None}
        reader = as_("linh")
        path = f"/candidacies/{CANDIDACY}/hire"
        shown = reader.get(path)
        world.refusals["/api/v1/recruitment/hires"] = REFUSED
        hidden = hidden_fields(shown.text, path)

        async def refuse_only_acts(api: object, method: str, target: str, **request: object) -> object:
            if method == "GET" and target == "/api/v1/recruitment/hires":
                return {"items": [], "next": None}
            return await World.ask(world, api, method, target, **request)

        world.ask = refuse_only_acts  # type: ignore[method-assign]
        answer = reader.post(path, data=hidden | {"post_id": POST, "starts_on": "2025-10-01"})
        assert answer.status_code == 409
        for text in (
            "The post is full on 1 October 2025.",
            "REC-NEED",
            "seats",
            "Resolution 28/2023/NQ-HĐND",
            "to be confirmed by a text",
            "Choose another post",
            'value="2025-10-01"',
        ):
            assert text in answer.text, text

    def test_a_hire_is_signed_where_all_decisions_are(self, as_: Callable[..., TestClient], world: World) -> None:
        world.answers["/api/v1/appointment/decisions"] = {"items": [{"id": uid(900)}], "next": None}
        assert as_("director").get(f"/hires/{HIRE}/decision").headers["location"] == f"/decisions/{uid(900)}"
        world.answers["/api/v1/appointment/decisions"] = {"items": [], "next": None}
        assert as_("director").get(f"/hires/{HIRE}/decision").headers["location"] == "/decisions"

    def test_a_hire_is_withdrawn_with_its_reason(self, as_: Callable[..., TestClient], world: World) -> None:
        path = f"/hires/{HIRE}/withdrawal"
        world.answers[f"/api/v1/recruitment/hires/{HIRE}/withdrawal"] = HIRE_READ | {"state": "withdrawn"}
        answer = fill(as_("linh"), f"/candidacies/{CANDIDACY}", path, reason="The candidate chose another province", done_on="")
        assert answer.headers["location"] == f"/candidacies/{CANDIDACY}?done=withdrawn"
        sent = next(body for _method, target, body in world.sent if target.endswith("/withdrawal"))
        assert sent == {"reason": "The candidate chose another province"}

    def test_a_wrong_field_is_named_on_top_and_beside_the_field(self, as_: Callable[..., TestClient], world: World) -> None:
        path = f"/hires/{HIRE}/withdrawal"
        world.refusals[f"/api/v1/recruitment/hires/{HIRE}/withdrawal"] = Refusal(
            422, {"type": "x/malformed", "fields": [{"path": "reason", "reason": "This text is too long: at most 300 characters."}]}
        )
        answer = fill(as_("linh"), f"/candidacies/{CANDIDACY}", path, reason="elsewhere", done_on="")
        assert answer.status_code == 422
        assert answer.text.count("This text is too long") == 2
        assert 'aria-invalid="true"' in answer.text
        assert 'value="elsewhere"' in answer.text
        assert answer.text.index('class="errors"') < answer.text.index('id="reason"')


class TestImports:
    def test_a_file_is_checked_then_reported(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("linh")
        hidden = hidden_fields(reader.get("/imports").text, "/imports")
        world.answers["/api/v1/registry/imports"] = REPORT
        answer = reader.post("/imports", data=hidden | {"kind": "people"}, files={"file": ("people.csv", b"worker_no,full_name\n", "text/csv")})
        assert answer.headers["location"] == f"/imports/registry/{uid(600)}"

    def test_what_takes_long_is_left_to_the_worker_whose_progress_shows(self, as_: Callable[..., TestClient], world: World) -> None:
        reader, api = as_("linh"), "/api/v1/registry/imports"
        asking, few, many = uid(601), uid(600), uid(604)
        world.answers |= {
            api: world.answers[api] | REPORT,
            f"{api}/{many}": REPORT | {"id": many, "rows": 20_000, "good": 17_000},
            f"{api}/{many}/rows": world.answers[f"{api}/{few}/rows"],
        }
        world.answers |= {f"{api}/{one}/{act}": REPORT for one in (asking, few, many) for act in ("meanings", "confirmation")}
        hidden = hidden_fields(reader.get("/imports").text, "/imports")
        for size in (10_000, 300_000):
            reader.post("/imports", data=hidden | {"kind": "people"}, files={"file": ("people.csv", b"x" * size, "text/csv")})
        for one, act in ((asking, "meanings"), (few, "meanings"), (many, "meanings"), (few, "confirmation"), (many, "confirmation")):
            path = f"/imports/registry/{one}"
            reader.post(f"{path}/{act}", data=hidden_fields(reader.get(path).text, f"{path}/{act}"))
        assert world.left_to_the_worker == [api, f"{api}/{asking}/meanings", f"{api}/{many}/meanings", f"{api}/{many}/confirmation"]

    def test_agreements_go_to_rotation_and_their_columns_are_explained(self, as_: Callable[..., TestClient], world: World) -> None:
        page = as_("linh", "vi").get("/imports").text
        assert "giver_code, receiver_code, model" in page
        assert "Mỗi dòng là một chuyên khoa được cam kết." in page
        reader = as_("linh")
        hidden = hidden_fields(reader.get("/imports").text, "/imports")
        world.answers["/api/v1/rotation/imports"] = REPORT | {"kind": "agreements"}
        answer = reader.post("/imports", data=hidden | {"kind": "agreements"}, files={"file": ("agreements.csv", b"reference\n", "text/csv")})
        assert answer.headers["location"] == f"/imports/rotation/{uid(600)}"

    def test_a_template_for_each_kind_and_for_no_other(self, as_: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch) -> None:
        async def stream(_api: Api, path: str, params: object) -> tuple[dict[str, str], AsyncIterator[bytes]]:
            assert path in {f"/api/v1/rotation/imports/templates/agreements.{form}" for form in ("csv", "xlsx")}

            async def pieces() -> AsyncIterator[bytes]:
                yield b"reference,"
                yield b"giver_code"

            return {"content-disposition": 'attachment; filename="agreements"', "content-type": "text/csv", "set-cookie": "x=1"}, pieces()

        monkeypatch.setattr(Api, "stream", stream)
        for form in ("csv", "xlsx"):
            answer = as_("linh").get(f"/imports/templates/agreements.{form}")
            assert (answer.status_code, answer.headers["content-disposition"], answer.text) == (200, 'attachment; filename="agreements"', "reference,giver_code")
            assert "x=1" not in answer.headers.get("set-cookie", "")
            assert as_("linh").get(f"/imports/templates/secrets.{form}").status_code == 404

    def test_a_file_may_change_what_is_recorded_and_says_what(self, as_: Callable[..., TestClient], world: World) -> None:
        page = as_("linh", "vi").get(f"/imports/registry/{uid(600)}").text
        for said in ("<del>Nguyễn Thị Anh</del>", "<strong>05/03/1985</strong>", "<strong>Công chức</strong>"):
            assert said in page
        assert f'href="/imports/registry/{uid(600)}/errors.xlsx"' in page

    def test_how_far_the_worker_is_shows_without_javascript_and_can_be_cancelled(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("linh", "en")
        path = f"/imports/registry/{uid(602)}"
        page = reader.get(path).text
        assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
        assert '<progress class="job-bar" aria-labelledby="job-title" max="1000000" value="120000">' in page
        asked = {"hx-request": "true", "hx-target": "job"}
        assert "hx-refresh" not in reader.get(path, headers=asked).headers
        assert reader.get(f"/imports/registry/{uid(603)}", headers=asked).headers["hx-refresh"] == "true"
        world.answers[f"/api/v1/registry/imports/{uid(602)}/cancellation"] = REPORT
        answer = reader.post(f"{path}/cancellation", data=hidden_fields(page, f"{path}/cancellation"))
        assert answer.headers["location"] == f"{path}?done=cancelled"

    def test_the_own_imports_stand_under_the_form_newest_first_whoever_else_is_away(self, as_: Callable[..., TestClient], world: World) -> None:
        world.refusals["/api/v1/training/imports"] = ServiceAway()
        page = as_("linh", "fr").get("/imports").text
        assert page.count("danh-sach-nhan-vien.xlsx") == 2
        assert "En cours d’écriture" in page
        assert ("GET", "/api/v1/registry/imports", {"mine": "true", "sort": "-created_at", "limit": "10"}) in world.sent

    def test_what_a_heading_means_is_asked_and_sent_as_chosen(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("linh", "fr")
        path = f"/imports/registry/{uid(601)}"
        hidden = hidden_fields(reader.get(path).text, f"{path}/meanings")
        world.answers[f"/api/v1/registry/imports/{uid(601)}/meanings"] = REPORT
        answer = reader.post(f"{path}/meanings", data=hidden | {"heading-1": "worker_no", "heading-2": "", "heading-3": "-"})
        assert answer.headers["location"] == f"{path}?done=remembered"
        assert ("POST", f"/api/v1/registry/imports/{uid(601)}/meanings", {"columns": {"Số hồ sơ": "worker_no", "Ghi chú": None}, "values": {}}) in world.sent

    def test_in_which_encoding_a_file_was_saved_is_asked_with_its_own_words(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("linh", "fr")
        path = f"/imports/registry/{uid(601)}"
        ways = [{"encoding": "windows-1252", "examples": ["Begoña", "Muñoz"]}, {"encoding": "windows-1256", "examples": ["Begoٌa", "Muٌoz"]}]
        world.answers[f"/api/v1/registry/imports/{uid(601)}"] = ASKING | {"questions": {"missing": [], "columns": [], "headings": [], "encodings": ways}}
        page = reader.get(path).text
        assert "Begoña · Muñoz" in page and "Arabe (Windows-1256)" in page
        world.answers[f"/api/v1/registry/imports/{uid(601)}/meanings"] = REPORT
        answer = reader.post(f"{path}/meanings", data=hidden_fields(page, f"{path}/meanings") | {"encoding": "windows-1252"})
        assert answer.headers["location"] == f"{path}?done=remembered"
        assert ("POST", f"/api/v1/registry/imports/{uid(601)}/meanings", {"columns": {}, "values": {}, "encoding": "windows-1252"}) in world.sent

    def test_what_a_word_means_is_sent_under_its_column(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("linh")
        path = f"/imports/registry/{uid(600)}"
        world.answers[f"/api/v1/registry/imports/{uid(600)}/meanings"] = REPORT
        hidden = hidden_fields(reader.get(path).text, f"{path}/meanings")
        reader.post(f"{path}/meanings", data=hidden | {"word-1": "VN-BS"})
        assert ("POST", f"/api/v1/registry/imports/{uid(600)}/meanings", {"columns": {}, "values": {"occupation_code": {"Bác sỹ ĐK": "VN-BS"}}}) in world.sent

    def test_a_meaning_that_is_refused_keeps_what_was_chosen(self, as_: Callable[..., TestClient], world: World) -> None:
        reader = as_("linh", "en")
        path = f"/imports/registry/{uid(601)}"
        hidden = hidden_fields(reader.get(path).text, f"{path}/meanings")
        world.refusals[f"/api/v1/registry/imports/{uid(601)}/meanings"] = Refusal(
            422, {"type": "x/malformed", "title": "Not as it must be", "fields": [{"path": "columns.Ngạch", "reason": "Two headings cannot mean the same column."}]}
        )
        answer = reader.post(f"{path}/meanings", data=hidden | {"heading-1": "worker_no", "heading-2": "worker_no"})
        assert answer.status_code == 422
        assert "Two headings cannot mean the same column." in answer.text
        assert answer.text.count('<option value="worker_no" selected>') == 2

    def test_no_file_no_kind(self, as_: Callable[..., TestClient]) -> None:
        reader = as_("linh", "fr")
        hidden = hidden_fields(reader.get("/imports").text, "/imports")
        answer = reader.post("/imports", data=hidden)
        assert answer.status_code == 422
        assert "Choisissez un fichier" in answer.text

    def test_a_report_gives_row_numbers_and_writes_nothing_before_confirmation(self, as_: Callable[..., TestClient], world: World) -> None:
        page = as_("linh", "en").get(f"/imports/registry/{uid(600)}").text
        assert "Nothing is written yet" in page
        assert ">233<" in page
        assert "Write 2,464 rows" in page
        assert all(method == "GET" for method, path, _body in world.sent if "/imports" in path)


class TestEndedSession:
    def test_a_form_sent_after_the_end_is_not_lost_silently(self, reader: TestClient) -> None:
        reader.cookies.set("relais", "somebody who left")
        answer = reader.post("/needs/new", data={"quantity": "2"}, headers={"referer": "http://127.0.0.1:8080/needs/new"})
        assert answer.status_code == 401
        assert "next=/needs/new" in answer.text.replace("%2F", "/")


class TestAmounts:
    @pytest.mark.parametrize(
        ("country", "typed", "sent"),
        [
            ("VN-22", "20.000.000", 20_000_000),
            ("VN-22", "20 000 000", 20_000_000),
            ("VN-22", "1,5", "1,5"),
            ("FR-44", "1 250,50", 125_050),
            ("FR-44", "1.250", 125_000),
            ("FR-44", "12.5", 1_250),
            ("FR-44", "12345678", 1_234_567_800),
            ("MA-06", "cent", "cent"),
            ("FR-44", "1,250,5000", "1,250,5000"),
            ("FR-44", "", ""),
        ],
    )
    def test_an_amount_is_typed_in_the_currency_of_ones_country(self, country: str, typed: str, sent: int | str) -> None:
        with somewhere():
            be_in(country)
            assert minor_units(typed) == sent

    @pytest.mark.parametrize(("country", "shown"), [("VN-22", "125050"), ("FR-44", "1250.50")])
    def test_and_shown_in_a_form_as_it_can_be_typed_again(self, country: str, shown: str) -> None:
        with somewhere():
            be_in(country)
            assert amount(125_050) == shown
            assert minor_units(amount(125_050)) == 125_050
