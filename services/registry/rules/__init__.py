"""The registry's own rules, as they are cited to the person whose act they refuse; country law is in the packs of this folder."""

from functools import partial
from pathlib import Path

from shared.packs import pack_in_force
from shared.rulepacks import Rule, RulePacks

PACKS = RulePacks.load(Path(__file__).parent)
pack_of = partial(pack_in_force, PACKS)

REG_01 = Rule("REG-01", 1, "file of one person", "Relais rule book, registry (one person, one record)")
REG_01_TWO = Rule("REG-01", 2, "different persons", "Relais rule book, registry (a merge is proposed by one person and confirmed by another)")
REG_02 = Rule("REG-02", 1.2, "sum of shares at one time", "Relais rule book, registry (functions held together; above 1.0 is shown, above 1.2 is refused)", "to_confirm")
REG_03 = Rule("REG-03", 1, "primary assignment at one time", "Relais rule book, registry (one primary assignment)")
REG_POST = Rule("REG-POST", 1, "the post's share", "Relais rule book, registry (a post is filled up to its share, every day)")
REG_POST_OPEN = Rule("REG-POST-OPEN", None, "", "Relais rule book, registry (a post is filled only on the days on which it is open)")
REG_POST_ACTS = Rule("REG-POST-ACTS", None, "", "Relais rule book, registry (nobody's post is closed, frozen or made smaller while they hold it)")
REG_POST_TIME = Rule("REG-POST-TIME", None, "", "Relais rule book, registry (a change opens a period after the first day; what was recorded is kept)")
REG_EMPTY = Rule(
    "REG-EMPTY", 30, "days in a row from which an absence empties a post", "Relais rule book, registry (filled on paper and functionally empty are told apart)", "to_confirm"
)
REG_ONE_EMPLOYMENT = Rule("REG-EMPLOYMENT", 1, "employment with one facility at one time", "Relais rule book, registry (one employment with an employer)")
REG_CEILING = Rule(
    "REG-CEILING", None, "share of posts on any day of the year", "Relais rule book, registry (a facility’s posts stay below the ceiling that was notified for the year)"
)
REG_UNIT = Rule("REG-UNIT", None, "", "Relais rule book, registry (the units of a facility are one tree on every day, and no code is given twice)")
REG_UNIT_POSTS = Rule(
    "REG-UNIT-POSTS", None, "", "Relais rule book, registry (a post stands in a unit of its own facility that exists on those days; a unit closes when it is empty)"
)
REG_TRANSFER = Rule("REG-TRANSFER", None, "", "Relais rule book, registry (HR moves people within a facility; between facilities the appointing authority decides)")
REG_CONTRACT = Rule("REG-CONTRACT", None, "", "Relais rule book, registry (a contract has a term or a last day; it is renewed from the day after it, and suspended within it)")
SEC_02 = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who declares does not verify)")
SEC_02_OWN = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (nobody decides on their own file)")
SEC_02_OVERRIDE = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (who asks for an override does not grant it)")
SEC_02_ROLES = Rule("SEC-02", 2, "different persons", "Relais rule book, segregation of duties (nobody gives themselves a right, nor holds two that watch each other)")
ACC_ROLES = Rule("ACC-ROLES", None, "", "Relais rule book, accounts (roles and relations are given within one's own territory, never above one's own role)")
ACC_FIXED = Rule("ACC-FIXED", None, "", "Relais rule book, accounts (those of the embedded stack are made from a file when it starts)")
ONE_SUBSTITUTE = Rule("ACC-SUBSTITUTE", 1, "substitute at one time", "Relais rule book, accounts (one person stands in for one other)")
SUBSTITUTE_DAYS = Rule("ACC-DAYS", 366, "days at most", "Relais rule book, accounts (a substitute stands in for days that are known)", "to_confirm")
ROT_06 = Rule("ROT-06", 1, "thing at a time for one person", "Relais rule book, rotation (no overlap with leave, session, mission or stay)")
IDN_ONCE = Rule("IDN-ONCE", 1, "person with one verified identifier", "Relais rule book, registry (a verified identifier belongs to one person)")
PRP_ERASURE = Rule("PRP-ERASURE", 2, "different persons", "Relais rule book, registry (a file is erased when no purpose keeps it any longer and a second person confirms it)")
SEC_05 = Rule("SEC-05", None, "", "Relais rule book, confidentiality (a legal hold suspends every deletion)")
PRP_SERVED = Rule("PRP-SERVED", None, "", "Relais rule book, registry (whoever is employed or assigned is kept as a worker)")
STAFFING_ONCE = Rule("ROT-03-MINIMUM", 1, "minimum for one team on one day", "Relais rule book, rotation (minimum staffing of a team)")
LICENCE_ONCE = Rule("LIC-NUMBER", 1, "licence with one number of one authority", "Relais rule book, registry (licences)")
LICENCE_DAYS = Rule("LIC-DAYS", 1, "standing of a licence on one day, from its issue to its last day", "Relais rule book, registry (licences)")
LICENCE_DAYS = Rule("LIC-DAYS", None, "", "Relais rule book, registry (a licence stands one way on each of its days)")

SHARES_TO_SHOW = 1.0
SHARES_TO_REFUSE = 1.2
