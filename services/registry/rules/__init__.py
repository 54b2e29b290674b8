"""The registry's own rules, as they are cited to the person whose act they refuse; country law is in the packs of this folder."""

from functools import partial
from pathlib import Path

from shared.packs import pack_in_force
from shared.rulepacks import Rule, RulePacks

PACKS = RulePacks.load(Path(__file__).parent)
pack_of = partial(pack_in_force, PACKS)

REG_02 = Rule("REG-02", 1.2, "sum of shares at one time", "Relais rule book, registry (functions held together; above 1.0 is shown, above 1.2 is refused)", "to_confirm")
REG_03 = Rule("REG-03", 1, "primary assignment at one time", "Relais rule book, registry (one primary assignment)")
REG_POST = Rule("REG-POST", 1, "the post's share", "Relais rule book, registry (a post is filled up to its share, every day)")
REG_POST_OPEN = Rule("REG-POST-OPEN", None, "", "Relais rule book, registry (a post is filled only on the days on which it is open)")
REG_ONE_EMPLOYMENT = Rule("REG-EMPLOYMENT", 1, "employment with one facility at one time", "Relais rule book, registry (one employment with an employer)")
SEC_02 = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who declares does not verify)")
SEC_02_OVERRIDE = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who asks for an override does not grant it)")
ROT_06 = Rule("ROT-06", 1, "thing at a time for one person", "Relais rule book, rotation (no overlap with leave, session, mission or stay)")
STAFFING_ONCE = Rule("ROT-03-MINIMUM", 1, "minimum for one team on one day", "Relais rule book, rotation (minimum staffing of a team)")
LICENCE_ONCE = Rule("LIC-NUMBER", 1, "licence with one number of one authority", "Relais rule book, registry (licences)")

SHARES_TO_SHOW = 1.0
SHARES_TO_REFUSE = 1.2
