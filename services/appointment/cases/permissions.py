"""Who opens, answers, votes, proposes and reads cases. Who requests the principle does not grant it; who proposes a decision does not sign it."""

from services.appointment.cases.models import Case
from services.appointment.positions.permissions import can_read_leaders
from shared.auth import ALLOWED, Caller, Permission, with_role
from shared.errors import Refusal
from shared.i18n import _
from shared.segregation import another_person

can_open_cases = with_role("regional-administrator")
can_work_on_cases = with_role("regional-administrator", "committee-member", "signatory")
can_read_cases = can_read_leaders
reads_minutes = with_role("regional-administrator", "committee-member", "signatory", "auditor")
OTHER = _("The case belongs to another authority.")


def can_conduct(caller: Caller, authority_path: str) -> Permission:
    """The administrator of the authority."""
    if not can_open_cases(caller):
        return Refusal("role-missing", _("Only a regional administrator conducts an appointment case."))
    return ALLOWED if caller.manages(authority_path) else Refusal("other-authority", OTHER)


def can_answer_principle(caller: Caller, case: Case) -> Permission:
    """A signatory of the authority, another person than the one who requested."""
    if not caller.has_role("signatory"):
        return Refusal("role-missing", _("Only a signatory answers for the authority."))
    if caller.actor == case.principle_requested_by:
        return another_person("answerer-is-requester", _("Another person than the one who requested the principle must answer."))
    return ALLOWED if caller.manages(case.authority_path) else Refusal("other-authority", OTHER)


def can_record_votes(caller: Caller, case: Case) -> Permission:
    """The secretary of the committee, or the administrator."""
    if not caller.has_role("committee-member", "regional-administrator"):
        return Refusal("role-missing", _("Only the secretary of the committee records a meeting."))
    return ALLOWED if caller.manages(case.authority_path) else Refusal("other-authority", OTHER)


def can_read_minutes(caller: Caller, case: Case) -> Permission:
    """Those who conduct, vote, sign or supervise for the authority; minutes hold opinions on persons."""
    if reads_minutes(caller) is not ALLOWED:
        return Refusal("role-missing", _("Only those who conduct, sign or supervise the procedure read its minutes."))
    return ALLOWED if caller.manages(case.authority_path) else Refusal("other-authority", OTHER)


def can_decide_half(caller: Caller, case: Case) -> Permission:
    """Exactly half: the head decides (APP-08); here the signatory of the authority."""
    if not caller.has_role("signatory", "head-of-facility"):
        return Refusal("role-missing", _("Only the head decides when exactly half voted in favour."))
    return ALLOWED if caller.manages(case.authority_path) else Refusal("other-authority", OTHER)
