"""The things that the observatory keeps because somebody declared them, whose changes are read, and by whom."""

from services.observatory.exports.queries import exports_visible_to
from services.observatory.figures.permissions import can_read_figures
from services.observatory.meetings.permissions import can_read_meetings
from services.observatory.meetings.queries import bodies_visible_to, meetings_visible_to, resolutions_visible_to
from services.observatory.strategy.permissions import can_read_strategies
from services.observatory.strategy.queries import actions_visible_to, strategies_visible_to
from shared.history import HistoryOf

HISTORY = {
    "export": HistoryOf(exports_visible_to, can_read_figures),
    "meeting_body": HistoryOf(bodies_visible_to, can_read_meetings),
    "meeting": HistoryOf(meetings_visible_to, can_read_meetings),
    "resolution": HistoryOf(resolutions_visible_to, can_read_meetings),
    "strategy": HistoryOf(strategies_visible_to, can_read_strategies),
    "strategy_action": HistoryOf(actions_visible_to, can_read_strategies),
}
