"""Two persons (SEC-02): who declares does not verify, who proposes does not approve, who asks does not grant.

return another_person("approver-is-proposer", _("Another person than the one who proposed must approve."))
"""

from shared.errors import Refusal
from shared.i18n import _
from shared.rulepacks import Rule

SEC_02 = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (nobody checks, approves or grants what they declared, proposed or asked for)")


def another_person(slug: str, text: str, rule: Rule = SEC_02) -> Refusal:
    """A refusal that says the rule, and that a colleague may do it."""
    return Refusal(slug, text, rule=rule, possible=_("Ask a colleague who may do this."))
