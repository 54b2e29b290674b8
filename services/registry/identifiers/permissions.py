"""Who keeps identifiers, who verifies them, and which kinds the law of the place allows at all."""

from datetime import date
from uuid import UUID

from services.registry.identifiers.models import Identifier
from services.registry.persons.permissions import can_change_person
from services.registry.qualifications.permissions import can_verify_qualifications
from services.registry.rules import SEC_02, pack_of
from shared.auth import ALLOWED, Caller, Permission
from shared.errors import Refusal
from shared.i18n import _
from shared.rulepacks import Rule
from shared.segregation import another_person


def kinds_rule(authority_path: str, day: date) -> Rule:
    """Which kinds are authorised in the jurisdiction of an authority."""
    return pack_of(authority_path.partition(".")[0], day).rule("IDN-KINDS")


def can_keep_kind(authority_path: str, kind: str, day: date) -> Permission:
    """A kind that no text authorises is off."""
    rule = kinds_rule(authority_path, day)
    if kind in rule.value:
        return ALLOWED
    return Refusal(
        "kind-not-authorised",
        _("This kind of identifier is not authorised in this jurisdiction."),
        rule=rule,
        possible=_("Where a text authorises it, the rule pack of the jurisdiction names the kind."),
    )


def can_see_value(caller: Caller, authority_path: str) -> Permission:
    """The value is shown to HR of the authority that keeps the file; everybody else who reads the file sees its end."""
    return can_change_person(caller, authority_path)


def can_verify(caller: Caller, identifier: Identifier, own_person: UUID | None) -> Permission:
    """`own_person` is the person behind the caller's account."""
    allowed = can_verify_qualifications(caller)
    if allowed is not ALLOWED:
        return allowed
    if caller.actor == identifier.declared_by:
        return another_person("declarer-does-not-verify", _("Whoever declared an identifier, or whose it is, does not verify it."))
    if identifier.person_id == own_person:
        return Refusal(
            "declarer-does-not-verify", _("Whoever declared an identifier, or whose it is, does not verify it."), rule=SEC_02, possible=_("Ask a colleague to verify it.")
        )
    return ALLOWED
