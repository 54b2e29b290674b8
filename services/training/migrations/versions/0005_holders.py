"""Whoever holds hours of continuing education reads them all, and so does the employer of the day, wherever they were earned."""

from shared.migrate import sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- As the owner: hours earned at another employer count too. The code asks for its caller, or for people whom its caller employs or manages.
        CREATE FUNCTION credits_of_people(persons uuid[]) RETURNS SETOF credit_entries LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT * FROM credit_entries WHERE person_id = ANY(persons)
        $$;
        CREATE FUNCTION facility_of_person(named uuid, on_day date) RETURNS TABLE (facility_code text, first_day date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT a.facility_code, w.first_day FROM assignments a JOIN workers w ON w.id = a.worker_id
            WHERE a.person_id = named AND a.kind = 'primary' AND a.state IN ('active', 'ended') AND a.valid @> on_day
        $$;
        """
    )
