"""What the registry says about a worker's service."""

from shared.migrate import sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """As the owner: an employment with another authority counts for the first day, though the caller may not see it."""
    sql(
        """
        CREATE FUNCTION service_of_persons(persons uuid[], day date)
            RETURNS TABLE (person_id uuid, first_day date, employment_type text)
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT e.person_id, min(lower(e.valid)),
                (array_agg(e.employment_type ORDER BY e.valid @> day DESC, lower(e.valid) DESC, e.id))[1]
            FROM employments e WHERE e.person_id = ANY (persons) GROUP BY e.person_id
        $$;
        """
    )
