"""Letters to a candidate as PDF/A-2b in the three languages: the convocation to the session, and the result with its own marks alone, under the letterhead of the authority's country."""

from datetime import date
from pathlib import Path
from typing import Any, Literal

from babel.dates import format_date
from babel.numbers import format_decimal
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.recruitment.contests.models import Application, Result
from services.recruitment.needs.models import Need
from services.recruitment.workflow import ADMITTED, RESULTS
from shared import papers
from shared.auth import Caller
from shared.clients import ask
from shared.errors import Refused
from shared.i18n import _, current_language, translate
from shared.rulepacks import Rule

TEMPLATE = Path(__file__).with_name("letter.typ")
Kind = Literal["convocation", "result"]
OUTCOMES = {
    "selected": _("You are selected."),
    "waiting": _("You are on the waiting list."),
    "eliminated": _("You are not selected: a mark eliminates."),
    "below": _("You are not selected: the average is below the one that is asked."),
    "absent": _("You are not selected: you were absent from a paper."),
    "left": _("You have left the list."),
}


async def letter_to(session: AsyncSession, caller: Caller, application: Application, kind: Kind) -> bytes:
    """The letter in the language of the request. Raises Refused when there is nothing to tell yet."""
    if kind == "convocation":
        _must_be(application.state == ADMITTED, _("Only those admitted to sit are called to the session."), _("Decide on the application first."))
        words = _convocation(application)
    else:
        _must_be(application.contest.state == RESULTS, _("The results are not published yet."), _("The letter is written once the results are published."))
        result = await session.scalar(select(Result).where(Result.application_id == application.id))
        _must_be(result is not None, _("This person did not sit the contest."), _("The person was told why the application was refused."))
        assert result is not None
        words = _result(application, result, await session.get(Need, result.need_id) if result.need_id else None)
    person = await ask(caller, "GET", f"/api/v1/registry/persons/{application.person_id}")
    contest = application.contest
    common = {
        "lang": current_language.get(),
        **papers.letterhead(contest.authority_path),
        "authority": contest.names.get(contest.authority, contest.authority),
        "code": contest.code,
        "name": person["name"] if person else "–",
        "basis": f"{contest.opening_decision} · {contest.code} · {contest.title}",
    }
    return await papers.printed(TEMPLATE, common | words, None)


def _must_be(held: bool, text: str, possible: str) -> None:
    if not held:
        raise Refused(
            "nothing-to-tell-yet", text, rule=Rule("REC-06", None, "", "Relais rule book, contests (a candidate is told what is decided, when it is decided)"), possible=possible
        )


def _day(day: date) -> str:
    return str(format_date(day, format="long", locale=current_language.get()))


def _number(value: Any) -> str:
    return str(format_decimal(value, locale=current_language.get()))


def _convocation(application: Application) -> dict[str, Any]:
    contest = application.contest
    lines = [[translate(_("Day of the session")), _day(contest.exam_on)]]
    lines += [
        [paper.title, translate(_("{minutes} minutes, coefficient {coefficient}"), minutes=paper.minutes, coefficient=_number(paper.coefficient))] for paper in contest.papers
    ]
    return {
        "heading": translate(_("Convocation")),
        "says": translate(_("You are admitted to sit the contest and are called to its session.")),
        "lines": lines,
        "ends": translate(_("Bring this letter and an identity document. Write neither a name nor a sign on your papers: they are marked under a number.")),
    }


def _result(application: Application, result: Result, need: Need | None) -> dict[str, Any]:
    contest = application.contest
    assert contest.results_on is not None
    lines = [[translate(_("Published on")), _day(contest.results_on)]]
    if result.total is not None:
        lines.append([translate(_("Your total")), f"{_number(result.total)} / {_number(contest.scale)}"])
    if result.rank is not None:
        lines.append([translate(_("Your rank")), _number(result.rank)])
    if result.waiting is not None:
        lines.append([translate(_("Your place on the waiting list")), _number(result.waiting)])
    if need is not None:
        lines.append([translate(_("Place given")), contest.names.get(need.facility_code, need.facility_code)])
    if contest.list_valid_until is not None and result.outcome == "waiting":
        lines.append([translate(_("The waiting list is valid until")), _day(contest.list_valid_until)])
    return {
        "heading": translate(_("Result of the contest")),
        "says": translate(OUTCOMES[result.outcome]),
        "lines": lines,
        "ends": translate(_("The authority keeps all that the ranking was computed from, and computes it again for whoever asks.")),
    }
