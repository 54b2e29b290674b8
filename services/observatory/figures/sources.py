"""The lines that figures count, as SQL: each statement starts from the functions that open to the caller's place alone.

Every source gives the same columns, so that any figure can be counted, opened, summed and broken down in one way. The named
values are `:area` (or `facility:<code>`), `:boundaries`, `:day`, `:first`, `:last` and `:policy`.
"""

from services.observatory.figures.catalogue import Part

COLUMNS = (
    "record_id",
    "person_id",
    "facility_code",
    "occupation_code",
    "field",
    "state",
    "kind",
    "starts_on",
    "ends_on",
    "done_on",
    "amount",
    "currency",
    "worker_id",
    "assignment_id",
)

_WORKERS = """
    SELECT assignment_id AS id, person_id, facility_code, occupation_code, occupation_group, specialty, 'active' AS state, 'assignment' AS kind, starts_on, NULL::date AS ends_on,
           NULL::date AS done_on, NULL::bigint AS amount, NULL::text AS currency, worker_id, assignment_id, '{{}}'::jsonb AS details
    FROM {function}
"""
_FACTS = """
    SELECT id, person_id, facility_code, details->>'occupation_code' AS occupation_code, details->>'specialty' AS specialty, state, kind, starts_on, ends_on, done_on, amount, currency,
           NULL::uuid AS worker_id, NULL::uuid AS assignment_id, details
    FROM facts_in(:area, :boundaries, '{topic}')
"""
_POSTS = """
    SELECT post_id AS id, NULL::uuid AS person_id, facility_code, occupation_code, specialty, CASE WHEN filled < fte THEN 'vacant' ELSE 'filled' END AS state, occupation_code AS kind,
           open_from AS starts_on, NULL::date AS ends_on, NULL::date AS done_on, NULL::bigint AS amount, NULL::text AS currency, NULL::uuid AS worker_id, NULL::uuid AS assignment_id,
           '{}'::jsonb AS details, fte, filled, frozen, remoteness, is_short
    FROM posts_in(:area, :boundaries, :day)
"""
_FACILITIES = """
    SELECT md5(facility_code)::uuid AS id, NULL::uuid AS person_id, facility_code, NULL::text AS occupation_code, NULL::text AS specialty, 'open' AS state, facility_type AS kind,
           NULL::date AS starts_on, NULL::date AS ends_on, NULL::date AS done_on, NULL::bigint AS amount, NULL::text AS currency, NULL::uuid AS worker_id, NULL::uuid AS assignment_id,
           '{}'::jsonb AS details, facility_type, level, ownership, remoteness
    FROM facilities_in(:area, :boundaries, :day)
"""


def workers(groups: list[str] | None, isco: list[str] | None = None) -> str:
    return _WORKERS.format(function=f"counted_workers(:area, :boundaries, :day, {_words(groups)}, {_words(isco)})")


def _words(values: list[str] | None) -> str:
    if values is None:
        return "NULL"
    if not all(value.isalnum() or value.replace("_", "").isalnum() for value in values):
        raise ValueError(values)
    return "ARRAY[" + ", ".join(f"'{value}'" for value in values) + "]"


# TRF-01: each level that a learner is short of what the facility needs is one line, at first (`needed`) and closed since (`closed`). A learner never assessed has the whole way.
_GAPS = """
    SELECT md5(c.facility_code || c.n)::uuid AS id, NULL::uuid AS person_id, c.facility_code, NULL::text AS occupation_code, NULL::text AS specialty, 'open' AS state, c.act AS kind,
           NULL::date AS starts_on, NULL::date AS ends_on, NULL::date AS done_on, NULL::bigint AS amount, NULL::text AS currency, NULL::uuid AS worker_id, NULL::uuid AS assignment_id,
           '{{}}'::jsonb AS details
    FROM (
        SELECT g.facility_code, g.act, row_number() OVER (PARTITION BY g.facility_code ORDER BY g.act, g.person_id, step) AS n, g.closed
        FROM (
            SELECT l.facility_code, l.person_id, t.act, greatest(0, t.level - coalesce(e.first, 0)) AS baseline,
                   sum(greatest(0, t.level - coalesce(e.first, 0)) - greatest(0, t.level - coalesce(e.last, 0))) OVER (PARTITION BY l.facility_code) AS closed
            FROM (
                SELECT DISTINCT ON (m.facility_code, one.person_id) m.facility_code, one.person_id, one.occupation_code
                FROM facts_in(:area, :boundaries, 'training.mentorships') m, jsonb_to_recordset(m.details->'learners') AS one (person_id uuid, occupation_code text, since date, left_on date)
                WHERE m.starts_on <= :day AND one.since <= :day AND (one.left_on IS NULL OR one.left_on > :day) ORDER BY m.facility_code, one.person_id, one.since DESC
            ) l
            JOIN LATERAL (
                SELECT DISTINCT ON (n.kind) n.kind AS act, (n.details->>'level')::int AS level FROM facts_in(:area, :boundaries, 'training.mentoring_targets') n
                WHERE n.facility_code = l.facility_code AND n.starts_on <= :day AND coalesce(n.details->>'occupation_code', '') IN ('', l.occupation_code)
                ORDER BY n.kind, coalesce(n.details->>'occupation_code', '') DESC, n.starts_on DESC
            ) t ON true
            LEFT JOIN LATERAL (
                SELECT (array_agg((f.details->>'level')::int ORDER BY f.starts_on))[1] AS first, (array_agg((f.details->>'level')::int ORDER BY f.starts_on DESC))[1] AS last
                FROM facts_in(:area, :boundaries, 'training.mentoring_entries') f WHERE f.person_id = l.person_id AND f.kind = t.act AND f.state <> 'struck' AND f.starts_on <= :day
            ) e ON true
        ) g, generate_series(1, g.baseline) AS step
    ) c
    WHERE {which}
"""

# What authorities of the place declare, read under the same row-level security as its lists.
_DECLARED = """
    SELECT {columns}, NULL::uuid AS person_id, NULL::text AS facility_code, NULL::text AS occupation_code, NULL::text AS specialty, NULL::bigint AS amount,
           NULL::text AS currency, NULL::uuid AS worker_id, NULL::uuid AS assignment_id, '{{}}'::jsonb AS details
    FROM {tables}
    WHERE :area = ANY (string_to_array(x.authority_path::text, '.')) {more}
"""
_MEETINGS = _DECLARED.format(
    columns="x.id, b.kind, x.state, x.starts_on, x.ends_on, x.adopted_on AS done_on", tables="meetings x JOIN meeting_bodies b ON b.id = x.body_id", more=""
)
_RESOLUTIONS = _DECLARED.format(
    columns="x.id, x.kind, x.state, m.starts_on, x.due_on AS ends_on, (SELECT f.seen_on FROM resolution_followups f WHERE f.resolution_id = x.id AND f.outcome <> 'under_way') AS done_on",
    tables="resolutions x JOIN meetings m ON m.id = x.meeting_id",
    more="",
)
# As the plan read on the day: a later amendment may have moved an action's day, or added the action.
_LATER = "SELECT {what} FROM strategy_changes c WHERE c.action_id = x.id AND c.field = '{field}' AND c.amended_on > :day"
_ACTIONS = _DECLARED.format(
    columns="x.id, x.area_code AS kind, x.state, x.starts_on, "
    f"coalesce(({_LATER.format(what='c.before::date', field='due_on')} ORDER BY c.number, c.ordinal LIMIT 1), x.due_on) AS ends_on, x.closed_on AS done_on",
    tables="strategy_actions x JOIN strategies p ON p.id = x.strategy_id",
    more=f"AND p.approved_on <= :day AND NOT EXISTS ({_LATER.format(what='', field='added')})",
)

# Who came to a place and was there some months later, at any employer of it: each person once, at the employer of arrival.
_ARRIVALS = """
    SELECT assignment_id AS id, person_id, facility_code, occupation_code, specialty, CASE WHEN kept THEN 'kept' ELSE 'left' END AS state, 'arrival' AS kind, starts_on, NULL::date AS ends_on,
           judged_on AS done_on, NULL::bigint AS amount, NULL::text AS currency, worker_id, assignment_id, '{{}}'::jsonb AS details
    FROM arrivals_kept(:area, :boundaries, :first, :last, {months}) WHERE {which}
"""

_SHARES = """
    SELECT assignment_id AS id, person_id, facility_code, occupation_code, occupation_group, specialty, 'active' AS state, 'assignment' AS kind, starts_on, NULL::date AS ends_on,
           NULL::date AS done_on, thousandths AS amount, NULL::text AS currency, worker_id, assignment_id, '{{}}'::jsonb AS details
    FROM shares_of_workers(:area, :boundaries, :day, {groups})
"""
_OWNED = """
    SELECT w.* FROM ({workers}) w JOIN facilities_in(:area, :boundaries, :day) f ON f.facility_code = w.facility_code WHERE f.ownership = 'public'
"""

NAMED = {
    **{f"came {months}": _ARRIVALS.format(months=months, which="true") for months in (6, 12)},
    **{f"kept {months}": _ARRIVALS.format(months=months, which="kept") for months in (6, 12)},
    "meetings": _MEETINGS,
    "resolutions": _RESOLUTIONS,
    "plan actions": _ACTIONS,
    "workers": workers(None),
    "posts": _POSTS,
    "facilities": _FACILITIES,
    "mentoring needed": _GAPS.format(which="true"),
    "mentoring closed": _GAPS.format(which="c.n <= c.closed"),
}


def lines_of(part: Part) -> str:
    """The statement behind `counts` or `rows`: a topic; `workers`, `workers of doctor`, `shares of doctor`, `public workers of doctor`, `isco 2211 2212`, `present doctor` (A27), `busy doctor`, `posts`, `facilities`, `mentoring needed`, `mentoring closed` (TRF-01), `meetings`, `resolutions`, `plan actions`; or SQL of its own."""
    if part.counts is not None:
        return _FACTS.format(topic=part.counts)
    assert part.rows is not None
    if part.rows in NAMED:
        return NAMED[part.rows]
    if part.rows.startswith("workers of "):
        return workers(part.rows.removeprefix("workers of ").split())
    if part.rows.startswith("shares of "):
        return _SHARES.format(groups=_words(part.rows.removeprefix("shares of ").split()))
    if part.rows.startswith("public workers of "):
        return _OWNED.format(workers=workers(part.rows.removeprefix("public workers of ").split()))
    if part.rows.startswith("isco "):
        return workers(None, part.rows.removeprefix("isco ").split())
    for name in ("present", "busy"):
        if part.rows.startswith(f"{name} "):
            return _WORKERS.format(function=f"{name}_workers(:area, :boundaries, :day, {_words(part.rows.split()[1:])})")
    return part.rows


def records_of(part: Part, *, once: bool = True) -> str:
    """The records behind a count, with the same columns whatever they are. `once=False` gives every line instead of one for each person or facility."""
    distinct = f"DISTINCT ON (f.{part.each})" if once and part.each != "id" else ""
    order = f"ORDER BY f.{part.each}, f.starts_on DESC NULLS LAST, f.id" if distinct else ""
    return f"""
        SELECT {distinct} f.id AS record_id, f.person_id, f.facility_code, f.occupation_code, CAST(f.{part.field} AS text) AS field, f.state, f.kind, f.starts_on, f.ends_on, f.done_on,
               f.amount, f.currency, f.worker_id, f.assignment_id
        FROM ({lines_of(part)}) f
        WHERE {part.when} {f"AND f.{part.each} IS NOT NULL" if distinct else ""}
        {order}
    """  # noqa: S608 - every word of it is ours
