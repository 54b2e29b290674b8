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


NAMED = {
    "workers": workers(None),
    "posts": _POSTS,
    "facilities": _FACILITIES,
}


def lines_of(part: Part) -> str:
    """The statement behind `counts` or `rows`: a topic; `workers`, `workers of doctor`, `isco 2211 2212`, `present doctor` (A27), `busy doctor`, `posts`, `facilities`; or SQL of its own."""
    if part.counts is not None:
        return _FACTS.format(topic=part.counts)
    assert part.rows is not None
    if part.rows in NAMED:
        return NAMED[part.rows]
    if part.rows.startswith("workers of "):
        return workers(part.rows.removeprefix("workers of ").split())
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
