"""Who conducts a contest, who reads applications and who marks: markers see numbers, and whoever sees names does not mark."""

from services.recruitment.contests.models import Application, Contest
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.rulepacks import Rule
from shared.segregation import another_person

BLIND = Rule("REC-01", None, "", "Relais rule book, contests (who marks sees numbers alone until the anonymity is lifted)")

can_draft_contests = with_role("regional-administrator")
can_read_contests = with_role("regional-administrator", "facility-hr-officer", "head-of-facility", "signatory", "committee-member", "auditor")
can_read_applications = with_role("regional-administrator", "auditor")
can_register_applications = with_role("regional-administrator")
can_mark_scripts = with_role("committee-member")


def can_draft_at(caller: Caller, authority_path: str) -> Permission:
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", _("You do not act for this authority."))


def can_conduct(caller: Caller, contest: Contest) -> Permission:
    """A regional administrator of the authority who is not in the jury."""
    if not caller.has_role("regional-administrator"):
        return Refusal("role-missing", _("Only a regional administrator conducts a contest."))
    if not caller.manages(contest.authority_path):
        return Refusal("other-authority", _("The contest belongs to another authority."))
    return not_in_the_jury(caller, contest)


def not_in_the_jury(caller: Caller, contest: Contest) -> Permission:
    """Whoever marks neither reads nor judges applications (three walls: this one, the schemas, and the sealed table of numbers)."""
    if contest.member(caller.actor) is not None:
        return Refusal(
            "jury-is-blind", _("A member of the jury neither reads nor judges applications of this contest."), rule=BLIND, possible=_("Ask a colleague who is not in the jury.")
        )
    return ALLOWED


def can_mark(caller: Caller, contest: Contest) -> Permission:
    """A member of this jury, who has seen no application."""
    if not can_mark_scripts(caller) or contest.member(caller.actor) is None:
        return Refusal("not-in-the-jury", _("Only a member of the jury of this contest marks."))
    return ALLOWED


def can_preside(caller: Caller, contest: Contest) -> Permission:
    """The chair of the jury closes the marks, lifts the anonymity and has the ranking computed."""
    chair = contest.chair
    if chair is None or chair.account != caller.actor:
        return Refusal("not-the-chair", _("Only the chair of the jury does this."))
    return ALLOWED


def can_announce(caller: Caller, contest: Contest) -> Permission:
    """The authority publishes what the jury deliberated, never the chair (SEC-02)."""
    if contest.chair is not None and contest.chair.account == caller.actor:
        return another_person("announcer-is-chair", _("Another person than the chair of the jury publishes the results."))
    return can_conduct(caller, contest)


def can_answer_appeal(caller: Caller, application: Application) -> Permission:
    """Another person than the one who found the application inadmissible (REC-06)."""
    if caller.actor == application.decided_by:
        return another_person("appeal-judged-twice", _("Another person than the one who decided answers the appeal."))
    return can_conduct(caller, application.contest)
