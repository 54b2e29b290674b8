"""How many places of an offer are given, as one number for everybody who reads the offer."""

from shared.migrate import service_of_migration, sql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- As the owner, because a partner sees the requests that were put to it alone: how many places are given is the same number for all, and says nothing of to whom.
        CREATE FUNCTION service_places_given(offers uuid[]) RETURNS TABLE (offer_id uuid, given bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT r.offer_id, count(*) FROM service_requests r WHERE r.offer_id = ANY (offers) AND r.state = 'solved' GROUP BY r.offer_id
        $$;
        REVOKE EXECUTE ON FUNCTION service_places_given FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION service_places_given TO {service}_app, {service}_worker;
        """  # noqa: S608
    )
