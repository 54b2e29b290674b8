"""Acts of recruitment."""

from typing import Any

from deploy.local.acts.line import Act, Line


def _policy(line: Line) -> dict[str, Any]:
    return line.common("resolution_no", "title", "authority", "valid_from", "valid_to", "currency", "citation") | {
        "target_hires": line.number("target_hires"),
        "eligible": {
            "occupations": line.words("eligible_occupations"),
            "excluded_occupations": line.words("excluded_occupations"),
            "excludes_former_public_staff": line.yes("excludes_former_public_staff"),
        },
        "commitment_years": {"experienced": line.number("years_experienced"), "new_graduate": line.number("years_new_graduate")},
        "tiers": [tier | {"amount": int(tier["amount"])} for tier in line.table("tiers")],
    }


ACTS: dict[str, Act] = {
    "propose-policy": Act("recruitment/policies", _policy),
    "approve-policy": Act("recruitment/policies/{policy}/approval", lambda line: line.common()),
    "state-need": Act(
        "recruitment/needs",
        lambda line: (
            line.common("facility_code", "occupation_code", "specialty", "reason")
            | {"quantity": line.number("quantity")}
            | ({"post_id": line.id_of("post")} if line.optional("post") else {})
        ),
    ),
    "validate-need": Act("recruitment/needs/{need}/validation", lambda line: line.common()),
    "prepare-campaign": Act(
        "recruitment/campaigns",
        lambda line: (
            line.common("code", "title", "opens_on", "closes_on") | {"policy_id": line.id_of("policy"), "need_ids": [line.find("need", need) for need in line.words("needs")]}
        ),
    ),
    "publish-campaign": Act("recruitment/campaigns/{campaign}/publication", lambda line: line.common()),
    "receive-candidacy": Act(
        "recruitment/candidacies",
        lambda line: (
            line.common("degree", "experience", "occupation_code")
            | {
                "campaign_id": line.id_of("campaign"),
                "need_id": line.id_of("need"),
                "person_id": line.id_of("person"),
                "left_public_sector_of_province": line.yes("left_public_sector_of_province"),
            }
        ),
    ),
    "judge-eligibility": Act("recruitment/candidacies/{candidacy}/eligibility", lambda line: line.common("outcome", "comment")),
    "propose-hire": Act("recruitment/hires", lambda line: line.common("starts_on") | {"candidacy_id": line.id_of("candidacy"), "post_id": line.id_of("post")}),
    "withdraw-hire": Act("recruitment/hires/{hire}/withdrawal", lambda line: line.common("reason")),
    "declare-shortage": Act("recruitment/shortages", lambda line: line.common("authority", "specialty", "occupation_code", "reason", "legal_basis", "valid_from", "valid_to")),
    "end-shortage": Act("recruitment/shortages/{shortage}/end", lambda line: line.common("last_day")),
}
MAKES = {"propose-policy": "policy", "state-need": "need", "prepare-campaign": "campaign", "receive-candidacy": "candidacy", "propose-hire": "hire", "declare-shortage": "shortage"}
