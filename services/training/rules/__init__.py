"""The rule packs of training: one YAML file per jurisdiction and period."""

from functools import partial
from pathlib import Path

from shared.packs import pack_in_force
from shared.rulepacks import RulePacks

PACKS = RulePacks.load(Path(__file__).parent)
pack_of = partial(pack_in_force, PACKS)
