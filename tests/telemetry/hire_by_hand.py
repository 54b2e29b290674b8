"""One hire on a system that runs: prepared by the people concerned through the API, signed by hand on the portal's page."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from deploy.local.sign_in import Browser, LoginForm, Page
from deploy.local.stack import RunningStack
from tests.support.system import call, until

FACILITY = "VN-22-BVTRACE"
RESOLUTION = "28/2023/NQ-HĐND"
ACTED_ON = {"done_on": "2025-09-02"}


@dataclass(frozen=True)
class Hire:
    id: str
    person_id: str
    assignment_is_awaited: bool = True


class Province:
    """What must exist before anyone is hired; sent twice, it is the same province."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.people = {name: stack.account(name) for name in ("linh", "director")}

    def post(self, person: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        status, answer = call(self.people[person], f"{self.stack.public_url}/api/v1/{path}", "POST", body)
        assert status in (200, 201), f"{path}: {status} {answer}"
        found: dict[str, Any] = answer
        return found

    def is_known(self, path: str) -> bool:
        return call(self.people["linh"], f"{self.stack.public_url}/api/v1/{path}")[0] == 200

    def proposed_hire(self) -> Hire:
        facility = {
            "code": FACILITY,
            "name": "Bệnh viện Bãi Cháy",
            "type": "hospital",
            "level": "province",
            "area_code": "VN-22",
            "authority": "VN-22",
            "valid_from": "2010-01-01",
            "tier": "provincial",
        }
        self.post("linh", "registry/facilities", facility | {"reference": "trace/facility"} | ACTED_ON)
        seat = {"reference": "trace/post", "facility_code": FACILITY, "occupation_code": "VN-BS", "open_from": "2024-01-01"}
        post_id = self.post("linh", "registry/posts", seat | ACTED_ON)["id"]
        names = [{"kind": "legal", "value": "Đặng Thị Ánh"}]
        person_id = self.post("linh", "registry/persons", {"names": names, "birth_year": 1990, "sex": "female", "purposes": ["candidate"], "reference": "trace/person"})["id"]

        policy = self.post("linh", "recruitment/policies", self._policy() | ACTED_ON)
        if policy["state"] == "proposed":
            self.post("director", f"recruitment/policies/{policy['id']}/approval", ACTED_ON)
        need_body = {"reference": "trace/need", "facility_code": FACILITY, "occupation_code": "VN-BS", "quantity": 1, "reason": "vacancy"}
        until(lambda: self._accepted("recruitment/needs", need_body | ACTED_ON), "recruitment hears of the facility")
        need = self.post("linh", "recruitment/needs", need_body | ACTED_ON)
        if need["state"] == "identified":
            self.post("director", f"recruitment/needs/{need['id']}/validation", ACTED_ON)
        campaign_body = {
            "reference": "trace/campaign",
            "code": "C-1/2025",
            "title": "Thu hút bác sĩ",
            "policy_id": policy["id"],
            "need_ids": [need["id"]],
            "opens_on": "2025-09-03",
            "closes_on": "2025-12-31",
        }
        campaign = self.post("linh", "recruitment/campaigns", campaign_body | ACTED_ON)
        if campaign["state"] != "published":
            self.post("linh", f"recruitment/campaigns/{campaign['id']}/publication", {"done_on": "2025-09-03"})
        candidacy_body = {
            "reference": "trace/candidacy", "campaign_id": campaign["id"], "need_id": need["id"], "person_id": person_id, "occupation_code": "VN-BS",
            "degree": "resident", "experience": "experienced", "done_on": "2025-09-10",
        }  # fmt: skip
        candidacy = self.post("linh", "recruitment/candidacies", candidacy_body)
        if candidacy["state"] == "submitted":
            self.post("linh", f"recruitment/candidacies/{candidacy['id']}/eligibility", {"outcome": "eligible", "done_on": "2025-09-16"})
        hire_body = {"reference": "trace/hire", "candidacy_id": candidacy["id"], "post_id": post_id, "starts_on": "2025-10-01", "done_on": "2025-09-20"}
        until(lambda: self._accepted("recruitment/hires", hire_body), "recruitment hears of the post")
        return Hire(self.post("linh", "recruitment/hires", hire_body)["id"], person_id)

    def _accepted(self, path: str, body: dict[str, Any]) -> bool:
        return call(self.people["linh"], f"{self.stack.public_url}/api/v1/{path}", "POST", body)[0] in (200, 201)

    def _policy(self) -> dict[str, Any]:
        return {
            "reference": "trace/policy", "resolution_no": RESOLUTION, "title": "Chính sách thu hút bác sĩ", "authority": "VN-22", "valid_from": "2023-12-08", "valid_to": "2025-12-31",
            "target_hires": 298, "eligible": {"occupations": ["VN-BS"]}, "tiers": [{"facility_group": "provincial", "degree": "resident", "amount": 550_000_000}],
            "commitment_years": {"experienced": 5, "new_graduate": 7}, "citation": RESOLUTION,
        }  # fmt: skip


class Portal:
    """The portal as a browser without JavaScript."""

    def __init__(self, stack: RunningStack, person: str) -> None:
        self.stack, self.person = stack, person
        self.browser = Browser("nowhere:")  # never sent there: the portal itself takes the code

    def open(self, path: str) -> Page:
        page = self.browser.get(self.stack.public_url + path)
        if "password" in page.text and not page.address.startswith(self.stack.public_url):
            form = LoginForm.find(page)
            page = self.browser.post(form.address, form.filled(self.person, self.person))
        return page

    def sign_the_hire(self, hire: Hire, number: str) -> Page:
        """On the signing table, once the register has heard of what was proposed."""
        found: list[re.Match[str]] = []

        def waits_for_the_signature() -> bool:
            page = self.open(f"/hires/{hire.id}/decision")
            found.extend(re.finditer(r'<form class="form" method="post" action="(/decisions/[^"]+/signature)">(.*?)</form>', page.text, re.DOTALL))
            return bool(found)

        until(waits_for_the_signature, "the decision is on the signing table")
        form = found[0]
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[2]))
        return self.browser.post(urljoin(self.stack.public_url, form[1]), hidden | {"number": number, "done_on": "2025-09-25"})
