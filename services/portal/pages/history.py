"""Who changed what: the history of one thing, asked of the service that owns it."""

import json
from typing import Any

from starlette.responses import Response

from services.portal.clients import segment
from services.portal.formats import day
from services.portal.labels import LABELS, STATES, label, occupations
from services.portal.texts import _, gettext
from services.portal.visit import Pages, Visit

pages = Pages()

PAGES_OF: dict[str, str] = {
    "policy": "/policies/{id}",
    "need": "/needs/{id}",
    "campaign": "/campaigns/{id}",
    "candidacy": "/candidacies/{id}",
    "shortage": "/shortages/{id}",
    "person": "/people/{id}",
    "correction": "/corrections/{id}",
    "duplicate": "/duplicates/{id}",
    "merge": "/merges/{id}",
    "erasure": "/erasures/{id}",
    "post": "/posts/{id}",
    "decision": "/decisions/{id}",
    "commitment": "/commitments/{id}",
    "position": "/leadership/{id}",
    "case": "/cases/{id}",
    "mandate": "/mandates/{id}",
    "succession_plan": "/succession-plans/{id}",
    "meeting": "/meetings/{id}",
    "resolution": "/resolutions/{id}",
    "strategy": "/strategies/{id}",
    "strategy_action": "/strategy-actions/{id}",
    "stay_group": "/stays/{id}",
    "sponsorship": "/studies/{id}",
    "institute": "/institutes/{id}",
    "institute_convention": "/institute-conventions/{id}",
    "intake": "/intakes/{id}",
    "intake_candidate": "/intake-candidates/{id}",
    "student": "/students/{id}",
    "agreement": "/agreements/{id}",
    "mission": "/missions/{id}",
    "exchange_call": "/exchange-calls/{id}",
    "placement": "/exchange-placements/{id}",
    "guest_stay": "/guest-stays/{id}",
    "support_request": "/support-requests/{id}",
    "technique": "/techniques/{id}",
    "probation": "/probations/{id}",
    "pay_step": "/pay-steps/{id}",
    "pay_step_list": "/pay-step-lists/{id}",
}
"""The page of a thing, by kind: where its history leads back to."""


@pages.get("/history/{service}/{kind}/{id}")
async def history(visit: Visit) -> Response:
    kind, thing = visit.path("kind"), visit.path("id")
    found = await visit.api.get(f"/api/v1/{segment(visit.path('service'))}/history", subject_kind=kind, subject_id=thing, cursor=visit.query("cursor"))
    back = PAGES_OF[kind].format(id=segment(thing)) if kind in PAGES_OF else None
    return visit.page("history/page.html", kind=kind, changes=shown(found), back=back, next=found.get("next"), more="?cursor=")


def shown(found: Any) -> list[dict[str, Any]]:
    """The changes of a history with their differences in words; none where nothing may be read."""
    return [change | {"lines": [line(difference) for difference in change["differences"]]} for change in (found or {}).get("items", [])]


def line(difference: dict[str, Any]) -> dict[str, str]:
    """A difference as people read it: codes and days in words, an empty value as a dash."""
    return {"field": field_name(difference["field"]), "before": said(difference["before"]), "after": said(difference["after"])}


def field_name(field: str) -> str:
    word = label("history_field", field)
    return word if word != field else field.replace("_", " ").capitalize()


def said(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, bool):
        return gettext(_("Yes")) if value else gettext(_("No"))
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return ", ".join(said(one) for one in value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    if text in STATES:
        return gettext(STATES[text].word)
    for kind in ("history_act", "facility_group", "need_reason", "degree", "experience"):
        if text in LABELS.get(kind, {}):
            return label(kind, text)
    if len(text) == 10 and text[4] == text[7] == "-":
        return day(text)
    return occupations.name(text)
