"""Who came to a place, and whether they are still there some months later: a change of employer inside it counts as staying."""

from shared.migrate import service_of_migration, sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- Like the other functions that figures count with: it opens the facilities that `located` gives, and names no one else's.
        CREATE FUNCTION arrivals_kept(place text, boundaries date, first_day date, last_day date, months integer)
        RETURNS TABLE (person_id uuid, worker_id uuid, assignment_id uuid, facility_code text, occupation_code text, occupation_group text, specialty text, starts_on date, judged_on date, kept boolean)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH here AS MATERIALIZED (SELECT l.facility_code FROM located(place, boundaries) l),
            arrivals AS (
                SELECT DISTINCT ON (a.person_id) a.person_id, a.worker_id, a.assignment_id, a.facility_code, lower(a.valid) AS starts_on
                FROM here h JOIN assignments a ON a.facility_code = h.facility_code
                WHERE a.kind = 'primary' AND a.state IN ('active', 'ended')
                ORDER BY a.person_id, lower(a.valid), a.assignment_id
            ),
            judged AS (SELECT r.*, (r.starts_on + make_interval(months => months))::date AS judged_on FROM arrivals r)
            SELECT j.person_id, j.worker_id, j.assignment_id, j.facility_code, w.occupation_code, w.occupation_group, w.specialty, j.starts_on, j.judged_on,
                   EXISTS (SELECT FROM here h JOIN assignments k ON k.facility_code = h.facility_code
                           WHERE k.person_id = j.person_id AND k.kind = 'primary' AND k.state IN ('active', 'ended') AND k.valid @> j.judged_on)
            FROM judged j JOIN workers w ON w.id = j.worker_id
            WHERE j.judged_on BETWEEN first_day AND last_day
        $$;
        REVOKE EXECUTE ON FUNCTION arrivals_kept FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION arrivals_kept TO {service}_app, {service}_worker;
        """  # noqa: S608
    )
