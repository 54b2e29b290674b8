"""The decision as a document: PDF/A-2b from a template in the three languages, made when it is asked for; names are fetched then, with the reader's own rights."""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import segno
import typst
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointment.decisions.letters import articles_of, heading_of, particulars_of, written
from services.appointment.decisions.models import Decision
from services.appointment.decisions.workflow import REVOKED, SUPERSEDED
from shared.auth import Caller
from shared.clients import ask
from shared.i18n import _, current_language, translate
from shared.settings import settings

TEMPLATE = Path(__file__).with_name("decision.typ")
MOST_NAMES = 200
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
    names, places = await asyncio.gather(_names(caller, decision.person_ids), _places(caller, _codes(decision)))
    inputs = {"data": orjson.dumps(words_of(decision, names, places)).decode(), "qr": _qr(check_url(decision.check_code)) if decision.check_code else ""}
    content = await asyncio.to_thread(_compile, inputs)
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


def words_of(decision: Decision, names: dict[str, str], places: dict[str, str]) -> dict[str, Any]:
    """Texts and values in the reader's language."""
    authority = decision.authority or decision.authority_path.split(".")[min(1, decision.authority_path.count("."))]
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
    return {
        "lang": current_language.get(),
        "authority": places.get(authority, authority),
        "number": translate(_("No. {number}"), number=number),
        "place": written(decision.signed_on or decision.proposed_on),
        "title": translate(_("Decision")),
        "heading": heading_of(decision),
        "basis-title": translate(_("Considering:")),
        "basis": decision.legal_basis,
        "decides": translate(_("The authority decides:")),
        "article-word": translate(_("Article")),
        "articles": articles_of(decision, places),
        "particulars": particulars_of(decision, places),
        "persons-title": translate(_("Persons concerned")),
        "persons": [names.get(str(person), UNKNOWN) for person in decision.person_ids],
        "ended": ended,
        "stamp": stamp if decision.signed_on else translate(_("draft, not signed")),
        "check": translate(_("Check this decision")),
        "code": decision.check_code,
        "signatory": translate(_("For the authority, the signatory")),
        "signed": translate(_("Signed on {day}"), day=written(decision.signed_on)) if decision.signed_on else translate(_("draft, not signed")),
        "fingerprint": f"SHA-256 {decision.content_sha256}" if decision.content_sha256 else "",
    }


def _codes(decision: Decision) -> list[str]:
    named = (decision.facility_code, decision.facts.get("source"), decision.facts.get("destination"), decision.authority)
    return sorted({str(code) for code in named if code})


async def _names(caller: Caller, people: Sequence[UUID]) -> dict[str, str]:
    """Names of those whom the reader may see."""
    found: dict[str, str] = {}
    for start in range(0, len(people), MOST_NAMES):
        answer = await ask(caller, "POST", "/api/v1/registry/persons/lookup", json={"ids": [str(person) for person in people[start : start + MOST_NAMES]]})
        found |= {item["id"]: item["name"] for item in (answer or {}).get("items", [])}
    return found


async def _places(caller: Caller, codes: Sequence[str]) -> dict[str, str]:
    """Names of facilities; an authority that is a territory keeps its code."""
    answers = await asyncio.gather(*(ask(caller, "GET", f"/api/v1/registry/facilities?code={code}&limit=1") for code in codes))
    return {code: answer["items"][0]["name"] for code, answer in zip(codes, answers, strict=True) if answer and answer["items"]}


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()


def _compile(inputs: dict[str, str]) -> bytes:
    return typst.compile(TEMPLATE, format="pdf", sys_inputs=inputs, pdf_standards="a-2b", ignore_system_fonts=True)
