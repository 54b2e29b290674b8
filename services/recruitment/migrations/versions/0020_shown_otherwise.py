"""Who may see a candidate for another reason than one application: whoever is withdrawn from there does not lose them."""

from shared.migrate import service_of_migration, sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- As the owner, because whoever withdraws by a private link sees neither their other applications nor their file in a pool: employers alone are named.
        CREATE FUNCTION candidate_is_shown_to(person uuid, beside uuid) RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT coalesce(array_agg(DISTINCT code), '{{}}') FROM (
                SELECT unnest(p.shared_with) FROM profiles p WHERE p.person_id = person
                UNION ALL SELECT unnest(a.shared_with) FROM applications a WHERE a.person_id = person AND a.id <> beside
            ) AS shown (code)
        $$;
        REVOKE EXECUTE ON FUNCTION candidate_is_shown_to FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION candidate_is_shown_to TO {service}_app, {service}_worker;
        """  # noqa: S608
    )
