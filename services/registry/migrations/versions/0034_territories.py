"""Health territories: named sets of areas and facilities with dates, beside the administrative tree; they follow when areas change."""

from shared.audit_tables import audit_wall
from shared.migrate import protect, sql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "ceiling": "establishment_ceilings",
    "correction": "corrections",
    "document": "documents",
    "duplicate": "possible_duplicates",
    "employment": "employments",
    "establishment-round": "establishment_rounds",
    "export": "exports",
    "hold": "holds",
    "identifier": "person_identifiers",
    "import": "imports",
    "licence": "licences",
    "person": "persons",
    "post": "posts",
    "qualification": "qualifications",
    "reorganisation": "reorganisations",
    "staffing-minimum": "staffing_minimums",
    "worker": "workers",
}
MANAGED = {"facility": "facilities", "territory": "territories"}


def upgrade() -> None:
    sql(
        """
        CREATE TABLE territories (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            code text NOT NULL UNIQUE,
            kind text NOT NULL,
            name text NOT NULL,
            sort_key text COLLATE "C" NOT NULL,
            legal_basis text,
            valid daterange NOT NULL,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            CONSTRAINT territory_kind CHECK (kind IN ('gst', 'ght', 'pool', 'satellite-network', 'other')),
            CONSTRAINT territory_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid))
        );
        CREATE INDEX territories_by_name ON territories (sort_key, id);

        -- A group that is one by law (a GST, a GHT) shares no facility and no area with another of its kind; pools and networks may.
        CREATE TABLE territory_members (
            row_id uuid PRIMARY KEY,
            territory_id uuid NOT NULL REFERENCES territories (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            kind text NOT NULL,
            area_id uuid,
            facility_id uuid,
            valid daterange NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            CONSTRAINT territory_member_is_one_thing CHECK ((area_id IS NULL) <> (facility_id IS NULL)),
            CONSTRAINT territory_member_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
            CONSTRAINT territory_member_once EXCLUDE USING gist (territory_id WITH =, (coalesce(area_id, facility_id)) WITH =, valid WITH &&),
            CONSTRAINT one_territory_of_its_kind EXCLUDE USING gist (kind WITH =, (coalesce(area_id, facility_id)) WITH =, valid WITH &&) WHERE (kind IN ('gst', 'ght'))
        );
        CREATE INDEX territory_members_by_territory ON territory_members (territory_id);
        CREATE INDEX territory_members_by_area ON territory_members (area_id);
        CREATE INDEX territory_members_by_facility ON territory_members (facility_id);

        CREATE TRIGGER territory_members_reorganised AFTER INSERT OR UPDATE OR DELETE ON territory_members FOR EACH ROW
            WHEN (coalesce(current_setting('relais.reorganisation', true), '') <> '') EXECUTE FUNCTION keep_reorganised_row('row_id');

        -- Sets that an area which a reorganisation made joined since lean on it too.
        CREATE FUNCTION territories_built_on(reorganisation uuid) RETURNS TABLE (id uuid, name text) LANGUAGE sql STABLE AS $$
            SELECT DISTINCT t.id, t.name FROM territory_members AS m JOIN territories AS t ON t.id = m.territory_id
            WHERE EXISTS (SELECT FROM reorganisation_rows AS r WHERE r.reorganisation_id = reorganisation AND r.table_name = 'areas' AND r.before IS NULL AND (r.after ->> 'id')::uuid = m.area_id)
            AND NOT EXISTS (SELECT FROM reorganisation_rows AS r WHERE r.reorganisation_id = reorganisation AND r.table_name = 'territory_members' AND r.key = m.row_id)
            AND NOT EXISTS (SELECT FROM reorganisation_rows AS r WHERE r.reorganisation_id = reorganisation AND r.table_name = 'areas' AND (r.before ->> 'id')::uuid = m.area_id)
        $$;

        -- As the owner: an area is a member of sets that others keep, and what becomes of it takes its place in each.
        CREATE FUNCTION members_follow_areas(day date, former uuid[], heirs uuid[], who text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            stood territory_members[];
        BEGIN
            SELECT array_agg(m ORDER BY m.row_id) INTO stood FROM territory_members m WHERE m.area_id = ANY (former) AND (m.valid @> day OR lower(m.valid) > day);
            DELETE FROM territory_members WHERE area_id = ANY (former) AND lower(valid) >= day;
            UPDATE territory_members SET valid = daterange(lower(valid), day) WHERE area_id = ANY (former) AND valid @> day;
            INSERT INTO territory_members (row_id, territory_id, authority_path, shared_with, kind, area_id, valid, recorded_by)
            SELECT DISTINCT ON (m.territory_id, heir) gen_random_uuid(), m.territory_id, m.authority_path, m.shared_with, m.kind, heir, daterange(greatest(lower(m.valid), day), upper(m.valid)), who
            FROM unnest(stood) AS m, unnest(heirs) AS heir ORDER BY m.territory_id, heir, upper(m.valid) DESC NULLS FIRST;
        END
        $$;
        """
    )
    protect("territories", public_read=True)
    protect("territory_members", public_read=True)
    audit_wall(KINDS, managed=MANAGED)
