"""What a contest must fulfil at each step; each refusal says the rule, its value, its citation and the nearest thing that is allowed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.recruitment.contests.calendar import appeal_until, calendar_of, latest_posting
from services.recruitment.contests.models import Application, Contest, Lot, Mark, Paper
from services.recruitment.contests.ranking import needs_third_marker
from services.recruitment.policies.eligibility import Criterion, missing
from services.recruitment.workflow import NUMBERED, SUBMITTED
from shared.errors import Refused
from shared.i18n import _, translate
from shared.rulepacks import Rule, RulePack

ENOUGH = 3
"""Marks of a double-marked paper at most: two markers, and a third one when they differ."""


def contests_must_have_rules(pack: RulePack) -> None:
    """A contest is held where its rules are known. Raises Refused."""
    if "CONTEST-SCALE" not in pack.rules:
        raise Refused(
            "no-contest-rules",
            _("The rule pack {pack} has no rules for contests."),
            rule=Rule("REC-05", pack.id, "rule pack", "Relais rule book, contests (a contest is judged by the rules of its country)"),
            possible=_("Hold a campaign, or add the rules of contests to the pack."),
            pack=pack.id,
        )


def jury_must_stand(contest: Contest) -> None:
    """A chair, an odd number, and as many as the rule asks (REC-04). Raises Refused."""
    rule, count = contest.pack.rule("CONTEST-JURY"), len(contest.members)
    if contest.chair is None or count < rule.value or count % 2 == 0:
        raise Refused(
            "jury-incomplete",
            _("The jury has {count} members; it needs a chair and an odd number of members, {least} at least."),
            rule=rule,
            possible=_("Name the members who are missing before the contest is published."),
            count=count,
            least=rule.value,
        )


def exam_must_follow_window(contest: Contest) -> None:
    """The list of those admitted can be posted in time between the last day of applications and the session. Raises Refused."""
    rule = contest.pack.rule("CONTEST-POSTING")
    latest = latest_posting(contest.exam_on, contest.pack, calendar_of(contest.pack.jurisdiction, contest.exam_on))
    if latest <= contest.campaign.closes_on:
        raise Refused(
            "session-too-early",
            _("Applications close on {closes}, and the list would have to be posted by {latest} for a session on {session}."),
            rule=rule,
            possible=_("Choose a later session, or close the applications earlier."),
            closes=contest.campaign.closes_on.isoformat(),
            latest=latest.isoformat(),
            session=contest.exam_on.isoformat(),
        )


def earlier_lists_must_be_exhausted(earlier: Sequence[Contest], day: date) -> None:
    """Whoever waits on the list of an earlier contest for these posts comes first (REC-MA-02). Raises Refused."""
    for contest in earlier:
        raise Refused(
            "list-not-exhausted",
            _("People wait on the list of the contest {code}, which is valid until {until}."),
            rule=Rule(
                "REC-MA-02",
                contest.list_valid_until.isoformat() if contest.list_valid_until else None,
                "last day of the list",
                "Relais rule book, contests (a waiting list is exhausted before a new contest for the same posts)",
            ),
            possible=_("Call the next on that list, or publish after its last day."),
            code=contest.code,
            until=contest.list_valid_until.isoformat() if contest.list_valid_until else "",
            day=day.isoformat(),
        )


def titles_for(lot: Lot, pack: RulePack) -> list[str]:
    """The titles that answer the posts: their own, and those that the rule accepts beside it."""
    return [lot.occupation_code, *pack.rule("REC-TITLES").value.get(lot.occupation_code, [])]


def title_must_answer(lot: Lot, occupation_code: str, pack: RulePack) -> None:
    """Whoever applies holds a title that the posts ask for (ATT-01). Raises Refused."""
    titles = titles_for(lot, pack)
    if occupation_code not in titles:
        raise Refused(
            "title-does-not-answer",
            _("The post is for the title {occupation}."),
            rule=replace(pack.rule("REC-TITLES"), value=titles),
            possible=_("Apply for posts of the title that is held."),
            occupation=lot.occupation_code,
        )


def criteria_of(application: Application, pack: RulePack) -> list[Criterion]:
    """What is looked at before somebody is admitted: age on 1 January (R-AGE), documents, and the authorisation of whoever already serves."""
    age, papers = pack.rule("CONTEST-AGE"), pack.rule("CONTEST-DOCUMENTS")
    low, high = age.value["from"], age.value["to"]
    lacking = [document for document in papers.value if document not in application.documents]
    found = [
        Criterion(
            "age",
            application.age is not None and application.age >= low and (high is None or application.age <= high),
            _("The person is of the age that the contest asks."),
            age,
            _("The birth date in the register decides; correct it there if it is wrong."),
        ),
        Criterion(
            "documents",
            not lacking,
            _("Every document that the application needs is there."),
            replace(papers, value=lacking or papers.value),
            _("Hand in what is missing before the last day."),
        ),
    ]
    if application.serving:
        rule = Rule("CONTEST-AUTHORISED", True, "", "Relais rule book, contests (whoever serves already needs an authorisation to compete)", "to_confirm")
        found.append(
            Criterion("authorised", application.authorised, _("The employer has authorised the person to compete."), rule, _("Hand in the authorisation of the employer."))
        )
    return found


def application_must_be_admissible(application: Application, pack: RulePack) -> None:
    """Nobody is admitted against a criterion. Raises Refused with all that is missing."""
    lacking = missing(criteria_of(application, pack))
    if lacking:
        first = lacking[0]
        raise Refused(
            "not-admissible",
            _("Not admissible: “{criterion}” is not met ({count} missing in all)."),
            rule=first.rule,
            possible=first.possible,
            more={"missing": [translate(criterion.text) for criterion in lacking]},
            criterion=translate(first.text),
            count=len(lacking),
        )


def appeal_must_be_in_time(application: Application, day: date) -> None:
    """An appeal is received in the days that the rule gives. Raises Refused."""
    assert application.decided_on is not None
    rule, until = application.contest.pack.rule("CONTEST-APPEAL"), appeal_until(application.decided_on, application.contest.pack)
    if day > until:
        raise Refused(
            "appeal-too-late",
            _("An appeal was possible until {until}; this one is of {day}."),
            rule=rule,
            possible=_("The decision stands; the person may go to court."),
            until=until.isoformat(),
            day=day.isoformat(),
        )


def list_must_be_posted_in_time(contest: Contest, day: date) -> None:
    """The list of those admitted is posted some clear working days before the session (A2). Raises Refused."""
    latest = latest_posting(contest.exam_on, contest.pack, calendar_of(contest.pack.jurisdiction, contest.exam_on))
    if day > latest:
        raise Refused(
            "list-posted-too-late",
            _("The list for the session of {session} had to be posted by {latest}."),
            rule=contest.pack.rule("CONTEST-POSTING"),
            possible=_("Move the session to a later day, and post the list again."),
            session=contest.exam_on.isoformat(),
            latest=latest.isoformat(),
        )


def applications_must_be_judged(by_state: Mapping[str, int]) -> None:
    """Nobody is forgotten when the list is posted. Raises Refused."""
    waiting = by_state.get(SUBMITTED, 0) + by_state.get("appealed", 0)
    if waiting:
        raise Refused(
            "applications-not-judged",
            _("Applications or appeals that wait for a decision: {count}."),
            rule=Rule("REC-06", 0, "applications that wait", "Relais rule book, contests (each application is judged before the list is posted)"),
            possible=_("Decide on each of them first."),
            count=waiting,
        )


def numbering_must_follow_the_list(contest: Contest, day: date) -> None:
    """Numbers are given when the papers are there. Raises Refused."""
    if day < contest.exam_on:
        raise Refused(
            "before-the-session",
            _("The session is on {session}."),
            rule=Rule("REC-01", contest.exam_on.isoformat(), "earliest day", "Relais rule book, contests (numbers are given on the day of the session)"),
            possible=_("Give the numbers on {session} or later."),
            session=contest.exam_on.isoformat(),
        )


def marks_must_be_open(contest: Contest) -> None:
    """Marks are entered between the numbering and their closing by the chair (REC-03). Raises Refused."""
    if contest.state != NUMBERED:
        raise Refused(
            "marks-closed",
            _("The marks of this contest are closed: none is entered, changed or taken back."),
            rule=Rule("REC-03", NUMBERED, "state of the contest", "Relais rule book, contests (marks are locked by the chair)"),
            possible=_("Marks are entered between the numbering and their closing."),
        )


def marks_must_fit_the_scale(contest: Contest, marks: Mapping[str, Decimal | None]) -> None:
    """A mark is between 0 and the scale. Raises Refused and names every number that is wrong."""
    wrong = [number for number, mark in marks.items() if mark is not None and not 0 <= mark <= contest.scale]
    if wrong:
        raise Refused(
            "mark-out-of-scale",
            _("Marks outside of the scale, from 0 to {scale}: {numbers}."),
            rule=contest.pack.rule("CONTEST-SCALE"),
            possible=_("Enter a mark from 0 to {scale}."),
            more={"numbers": wrong},
            scale=str(contest.scale),
            numbers=", ".join(wrong[:20]),
        )


def marker_must_be_free(contest: Contest, numbers: Collection[str], closed: Collection[str]) -> None:
    """A member who declared a conflict with a candidate does not mark the script (REC-04). Raises Refused."""
    wrong = sorted(set(numbers) & set(closed))
    if wrong:
        raise Refused(
            "marker-in-conflict",
            _("You declared a conflict about these scripts: {numbers}."),
            rule=Rule(
                "REC-04",
                contest.pack.rule("CONTEST-JURY").value,
                "members of the jury at least",
                "Relais rule book, contests (a member in conflict neither sees nor marks that candidate)",
            ),
            possible=_("Another member of the jury marks it."),
            numbers=", ".join(wrong[:20]),
        )


def marks_must_leave_room(paper: Paper, contest: Contest, others: Sequence[Mark]) -> None:
    """One member marks a paper, two a double-marked one, and a third one only when the two differ by more than the rule (REC-02). Raises Refused."""
    given = [mark.mark for mark in others]
    allowed = 1 if not paper.double_marked else 2 + (len(given) >= ENOUGH - 1 and differ(contest, given))
    if len(given) >= allowed:
        raise Refused(
            "marked-enough",
            _("This script is marked already by {count} members."),
            rule=contest.pack.rule("CONTEST-GAP"),
            possible=_("A third member marks it only when two marks differ by more than the rule."),
            count=len(given),
        )


def differ(contest: Contest, given: Sequence[Decimal | None]) -> bool:
    """Two marks too far apart, or one who saw the candidate absent and one who did not."""
    first, second = given[0], given[1]
    if first is None or second is None:
        return (first is None) != (second is None)
    return needs_third_marker(first, second, scale=contest.scale, percent=Decimal(str(contest.pack.rule("CONTEST-GAP").value)))


def is_marked(contest: Contest, paper: Paper, marks: Sequence[Mark]) -> bool:
    """Whether a script has all the marks of a paper that it needs."""
    given = [mark.mark for mark in marks]
    if not paper.double_marked:
        return len(given) == 1
    return len(given) == ENOUGH or (len(given) == ENOUGH - 1 and not differ(contest, given))


def scripts_must_be_marked(contest: Contest, scripts: Collection[str], marks: Mapping[tuple[str, UUID], list[Mark]]) -> None:
    """The chair closes the marks when each script of each paper has its own. Raises Refused and names the first that wait."""
    waiting = [f"{number} ({paper.title})" for number in sorted(scripts) for paper in contest.papers if not is_marked(contest, paper, marks.get((number, paper.id), []))]
    if waiting:
        raise Refused(
            "scripts-not-marked",
            _("Scripts that wait for a mark: {count}. The first: {first}."),
            rule=contest.pack.rule("CONTEST-GAP"),
            possible=_("Enter the marks that are missing; a third member marks those that differ too much."),
            more={"waiting": waiting[:50]},
            count=len(waiting),
            first=", ".join(waiting[:5]),
        )


def ties_must_be_decided(undecided: Sequence[Sequence[str]]) -> None:
    """Nobody is ranked by chance: candidates whom no rule parts wait for a decision with its reason (A3). Raises Refused."""
    if undecided:
        raise Refused(
            "tie-undecided",
            _("Candidates whom no rule parts: {numbers}."),
            rule=Rule("REC-05", "decision", "rule that parts them", "Relais rule book, contests (the head decides between equals, with the reason)"),
            possible=_("Have the ranking computed with the decision on these numbers, and its reason."),
            numbers="; ".join(", ".join(numbers) for numbers in undecided),
        )


def rankings_must_be_the_computed_ones(differing: Collection[str]) -> None:
    """What is published is what anybody computes from what was recorded (REC-05). Raises Refused."""
    if differing:
        raise Refused(
            "ranking-not-reproduced",
            _("The ranking that was kept is not the one that is computed again: {lots}."),
            rule=Rule("REC-05", None, "", "Relais rule book, contests (a ranking is replayed from what was recorded)"),
            possible=_("Have the ranking computed again."),
            lots=", ".join(sorted(differing)),
        )
