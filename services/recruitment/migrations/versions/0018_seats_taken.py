"""How many seats of a need are taken is one number for whoever reads the need, also for the members of a pool who see no hire of another employer."""

from shared.migrate import service_of_migration, sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- As the owner: a number for each need that the caller has read, and nobody's name.
        CREATE FUNCTION seats_taken(needs uuid[]) RETURNS TABLE (need_id uuid, hires bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT h.need_id, count(*) FROM hires h WHERE h.need_id = ANY (needs) AND h.state IN ('proposed', 'decided') GROUP BY h.need_id
        $$;
        REVOKE EXECUTE ON FUNCTION seats_taken FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION seats_taken TO {service}_app, {service}_worker;
        """  # noqa: S608
    )
