"""The decision as a document: PDF/A-2b from a template in the three languages, made when it is asked for; names are fetched then, with the reader's own rights."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.effects import Annex, annex_of
from services.appointment.decisions.letters import Names, area_named, articles_of, authority_named, basis_of, committee_named, heading_of, particulars_of, written
from services.appointment.decisions.models import Decision
from services.appointment.decisions.workflow import REVOKED, SUPERSEDED
from shared import papers
from shared.auth import Caller
from shared.clients import ask
from shared.i18n import _, current_language, translate
from shared.settings import settings

TEMPLATE = Path(__file__).with_name("decision.typ")
MOST_NAMES = 200
MOST_TITLES = 200
UNKNOWN = "–"

_KEEP = text(
    """
    INSERT INTO decision_documents (decision_id, language, version, sha256, authority_path, shared_with)
    VALUES (:id, :language, :version, :sha256, CAST(:path AS ltree), :shared_with)
    ON CONFLICT (decision_id, language, version, sha256) DO NOTHING
    """
)


def check_url(code: str) -> str:
    return f"{settings().public_url}/check/decision/{code}"


async def printed(session: AsyncSession, caller: Caller, decision: Decision) -> bytes:
    """The document in the language of the request. Which files were handed out is kept: their fingerprints, by language and version of the decision."""
    persons, names, annex = await asyncio.gather(_persons(caller, decision.person_ids), _names(caller, decision), annex_of(session, decision))
    content = await papers.printed(TEMPLATE, words_of(decision, persons, names, annex), check_url(decision.check_code) if decision.check_code else None)
    await session.execute(
        _KEEP,
        {
            "id": decision.id,
            "language": current_language.get(),
            "version": decision.version,
            "sha256": hashlib.sha256(content).hexdigest(),
            "path": decision.authority_path,
            "shared_with": decision.shared_with or [],
        },
    )
    return content


def words_of(decision: Decision, persons: Mapping[str, str], names: Names, annex: Annex | None = None) -> dict[str, Any]:
    """Texts and values in the reader's language."""
    number = decision.number or (translate(_("to regularise")) if decision.signed_on else translate(_("draft, not signed")))
    ended = None
    if decision.state in (REVOKED, SUPERSEDED) and decision.ended_on and decision.ended_from:
        said = (
            _("Revoked on {day}, with effect from {effective}. Reason: {reason}")
            if decision.state == REVOKED
            else _("Replaced on {day}, with effect from {effective}. Reason: {reason}")
        )
        ended = translate(said, day=written(decision.ended_on), effective=written(decision.ended_from), reason=decision.end_reason)
    stamp = {REVOKED: translate(_("revoked")), SUPERSEDED: translate(_("superseded"))}.get(decision.state)
    dated = decision.signed_on or decision.proposed_on
    day = written(dated)
    return {
        "lang": current_language.get(),
        "day": [dated.year, dated.month, dated.day],
        **papers.letterhead(decision.authority_path),
        "above": names.above,
        "authority": names.authority,
        "number": translate(_("No. {number}"), number=number),
        "place": translate(_("{place}, {day}"), place=names.seat, day=day) if names.seat else day,
        "title": translate(_("Decision")),
        "heading": heading_of(decision),
        "basis": basis_of(decision, names),
        "decides": translate(_("The authority decides:")),
        "article-word": translate(_("Article")),
        "articles": articles_of(decision, names),
        "particulars": particulars_of(decision, names),
        "persons-title": translate(_("Persons concerned")),
        "persons": [] if annex else [persons.get(str(person), UNKNOWN) for person in decision.person_ids],
        "heads": [translate(_("Full name")), *annex.heads] if annex else [],
        "lines": [[persons.get(str(person), UNKNOWN), *cells] for person, cells in annex.lines] if annex else [],
        "ended": ended,
        "stamp": stamp if decision.signed_on else translate(_("draft, not signed")),
        "check": translate(_("Check this decision")),
        "code": decision.check_code,
        "signatory": translate(_("For the authority, the signatory")),
        "signed": translate(_("Signed, {day}"), day=written(decision.signed_on)) if decision.signed_on else translate(_("draft, not signed")),
        "fingerprint": f"SHA-256 {decision.content_sha256}" if decision.content_sha256 else "",
    }


async def _persons(caller: Caller, people: Sequence[UUID]) -> dict[str, str]:
    """Names of those whom the reader may see."""
    found: dict[str, str] = {}
    for start in range(0, len(people), MOST_NAMES):
        answer = await ask(caller, "POST", "/api/v1/registry/persons/lookup", json={"ids": [str(person) for person in people[start : start + MOST_NAMES]]})
        found |= {item["id"]: item["name"] for item in (answer or {}).get("items", [])}
    return found


async def _names(caller: Caller, decision: Decision) -> Names:
    """Facilities, the occupation, and the authority with the one above it, each by the name of the day."""
    path = decision.authority_path.split(".")
    authority = decision.authority or path[min(1, len(path) - 1)]
    territories = [code for code in path[: path.index(authority) + 1] if code in path] if authority in path else [authority]
    day = (decision.signed_on or decision.proposed_on).isoformat()
    named = (decision.facility_code, decision.facts.get("source"), decision.facts.get("destination"), authority)
    title = decision.facts.get("occupation_code")
    areas, places, occupations = await asyncio.gather(_areas(caller, territories, day), _places(caller, sorted({str(code) for code in named if code})), _occupations(caller, title))
    seat = next((areas[code] for code in reversed(territories) if code in areas), None)
    found = Names(
        places=places,
        occupations=occupations,
        authority=places.get(authority) or (authority_named(**_naming(areas[authority])) if authority in areas else authority),
        seat=seat["short_name"] if seat and seat["level"] != "country" else None,
        area=area_named(seat["name"], seat["short_name"]) if seat else "",
    )
    if seat is None or seat["country"] != "VN" or seat["level"] != "province":
        return found
    return replace(found, above=authority_named(**_naming(seat)) if authority in places else committee_named(seat["name"], seat["short_name"]))


def _naming(area: Mapping[str, Any]) -> dict[str, str]:
    return {name: area[name] for name in ("country", "level", "name", "short_name")}


async def _areas(caller: Caller, codes: Sequence[str], day: str) -> dict[str, dict[str, Any]]:
    """Territories among these codes, as they stood on a day."""
    return await _items(caller, {code: f"/api/v1/registry/areas?code={code}&as_of={day}&limit=1" for code in codes})


async def _places(caller: Caller, codes: Sequence[str]) -> dict[str, str]:
    """Names of the facilities among these codes."""
    found = await _items(caller, {code: f"/api/v1/registry/facilities?code={code}&limit=1" for code in codes})
    return {code: item["name"] for code, item in found.items()}


async def _occupations(caller: Caller, code: Any) -> dict[str, str]:
    """The title in the reader's language."""
    if not code:
        return {}
    answer = await ask(caller, "GET", f"/api/v1/registry/occupations?country={str(code).partition('-')[0]}&limit={MOST_TITLES}")
    return {item["code"]: item["names"].get(current_language.get()) or item["names"]["en"] for item in (answer or {}).get("items", [])}


async def _items(caller: Caller, addresses: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The first thing of each list, where there is one."""
    answers = await asyncio.gather(*(ask(caller, "GET", address) for address in addresses.values()))
    return {code: answer["items"][0] for code, answer in zip(addresses, answers, strict=True) if answer and answer["items"]}
