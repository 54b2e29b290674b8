"""How much the people of a place work there: the shares that density by full time adds up."""

from shared.migrate import service_of_migration, sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- Like the other functions that figures count with: it opens the facilities that `located` gives, and names no one else's.
        -- Each person once, with all that they hold in the place on the day, in thousandths of a full time; a mission moves nobody (R-MAIN).
        CREATE FUNCTION shares_of_workers(place text, boundaries date, day date, groups text[])
        RETURNS TABLE (person_id uuid, worker_id uuid, assignment_id uuid, facility_code text, occupation_code text, occupation_group text, specialty text, starts_on date, thousandths bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            WITH held AS (
                SELECT a.person_id, a.worker_id, a.assignment_id, a.facility_code, w.occupation_code, w.occupation_group, w.specialty, lower(a.valid) AS starts_on, a.fte_share, a.kind
                FROM located(place, boundaries) l
                JOIN assignments a ON a.facility_code = l.facility_code
                JOIN workers w ON w.id = a.worker_id
                WHERE a.kind IN ('primary', 'concurrent') AND a.state IN ('active', 'ended') AND a.valid @> day AND (groups IS NULL OR w.occupation_group = ANY(groups))
            ), shares AS (SELECT h.person_id, (1000 * sum(h.fte_share))::bigint AS thousandths FROM held h GROUP BY h.person_id)
            SELECT DISTINCT ON (h.person_id) h.person_id, h.worker_id, h.assignment_id, h.facility_code, h.occupation_code, h.occupation_group, h.specialty, h.starts_on, s.thousandths
            FROM held h JOIN shares s ON s.person_id = h.person_id
            ORDER BY h.person_id, h.kind <> 'primary', h.assignment_id
        $$;
        REVOKE EXECUTE ON FUNCTION shares_of_workers FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION shares_of_workers TO {service}_app, {service}_worker;
        """  # noqa: S608
    )
