"""The things of recruitment whose changes are read, and by whom."""

from services.recruitment.campaigns.permissions import can_read_campaigns
from services.recruitment.campaigns.queries import campaigns_visible_to
from services.recruitment.candidacies.permissions import can_read_candidacies
from services.recruitment.candidacies.queries import candidacies_visible_to
from services.recruitment.hires.permissions import can_read_hires
from services.recruitment.hires.queries import hires_visible_to
from services.recruitment.needs.permissions import can_read_needs
from services.recruitment.needs.queries import needs_visible_to
from services.recruitment.policies.permissions import can_read_policies
from services.recruitment.policies.queries import policies_visible_to
from services.recruitment.shortages.permissions import can_read_shortages
from services.recruitment.shortages.queries import shortages_visible_to
from shared.history import HistoryOf

HISTORY = {
    "policy": HistoryOf(policies_visible_to, can_read_policies),
    "need": HistoryOf(needs_visible_to, can_read_needs),
    "campaign": HistoryOf(campaigns_visible_to, can_read_campaigns),
    "candidacy": HistoryOf(candidacies_visible_to, can_read_candidacies),
    "hire": HistoryOf(hires_visible_to, can_read_hires),
    "shortage": HistoryOf(shortages_visible_to, can_read_shortages),
}
