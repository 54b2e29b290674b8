"""The calendar itself (RFC 5545): whole days on which somebody is away. A unit's names initials, and nothing says why."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from services.registry.periods import first_day, last_day
from shared.i18n import _, translate
from shared.names import initials_of

READ_AGAIN = timedelta(hours=6)


def calendar_of(rows: Sequence[Any]) -> bytes:
    """Rows of `calendar_of_token`: at least one, which names the calendar; those without days say that nobody is away."""
    from icalendar import Calendar, Event  # some megabytes in each process, which few of them ever need

    calendar = Calendar()
    calendar.add("prodid", "-//Relais//availability//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", translate(_("Away: {place}"), place=rows[0].title) if rows[0].title else translate(_("My days away")))
    calendar.add("refresh-interval", READ_AGAIN)
    for row in rows:
        if row.days is None:
            continue
        event = Event()
        first, last = first_day(row.days), last_day(row.days)
        event.add("uid", f"{row.person_id}-{first:%Y%m%d}@relais")
        event.add("dtstamp", row.changed.astimezone(UTC))
        event.add("dtstart", first)
        if last is not None:
            event.add("dtend", last + timedelta(days=1))
        event.add("summary", translate(_("Away: {who}"), who=initials_of(row.name)) if row.name else translate(_("Not at work")))
        event.add("transp", "OPAQUE")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
