"""Areas with their history, occupations, facilities with their dated area and links."""

from shared.migrate import protect, protect_reference, shared_tables, sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MANAGED = "path <@ ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    sql(
        """
        CREATE EXTENSION IF NOT EXISTS btree_gist;
        CREATE EXTENSION IF NOT EXISTS ltree;
        """
    )
    shared_tables()
    areas()
    occupations()
    facilities()


def areas() -> None:
    sql(
        """
        -- One row per period of one area: a code is an attribute, because communes reuse the codes of others.
        CREATE TABLE areas (
            row_id uuid PRIMARY KEY,
            id uuid NOT NULL,
            country text NOT NULL,
            level text NOT NULL,
            code text NOT NULL,
            name text NOT NULL,
            short_name text NOT NULL,
            type text NOT NULL,
            parent_id uuid,
            within text[] NOT NULL,
            latitude numeric(8,5),
            longitude numeric(8,5),
            area_km2 numeric(10,2),
            valid daterange NOT NULL,
            words tsvector NOT NULL,
            sort_key text COLLATE "C" NOT NULL,
            CONSTRAINT area_periods UNIQUE (id, valid WITHOUT OVERLAPS),
            CONSTRAINT area_code_names_one_area_a_day EXCLUDE USING gist (code WITH =, valid WITH &&) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT area_period CHECK (NOT isempty(valid) AND upper(valid) IS DISTINCT FROM 'infinity'),
            CONSTRAINT area_level CHECK (level IN ('country', 'province', 'district', 'commune')),
            CONSTRAINT area_has_a_parent CHECK ((parent_id IS NULL) = (level = 'country'))
        );
        CREATE INDEX areas_by_code ON areas (code);
        CREATE INDEX areas_by_parent ON areas (parent_id, sort_key);
        CREATE INDEX areas_by_level ON areas (level, sort_key, row_id);
        CREATE INDEX areas_by_word ON areas USING gin (words);

        -- What became of an area. `share` is the part of its surface; estimated where the area was divided.
        CREATE TABLE area_changes (
            from_id uuid NOT NULL,
            to_id uuid NOT NULL,
            kind text NOT NULL,
            effective_on date NOT NULL,
            share numeric(5,4) NOT NULL,
            is_main boolean NOT NULL,
            is_estimated boolean NOT NULL,
            legal_basis text NOT NULL,
            PRIMARY KEY (from_id, to_id, effective_on),
            CONSTRAINT area_change_kind CHECK (kind IN ('merge', 'split', 'rename', 'recode', 'transfer', 'upgrade')),
            CONSTRAINT area_change_share CHECK (share > 0 AND share <= 1 AND (share = 1 OR is_estimated))
        );
        CREATE INDEX area_changes_by_heir ON area_changes (to_id);
        CREATE UNIQUE INDEX area_change_has_one_main_heir ON area_changes (from_id, effective_on) WHERE is_main;

        -- Which packaged data were loaded: the same bytes are not loaded twice.
        CREATE TABLE packaged_data (
            name text PRIMARY KEY,
            sha256 text NOT NULL,
            loaded_at timestamptz NOT NULL DEFAULT now()
        );
        """
    )
    protect_reference("areas")
    protect_reference("area_changes")
    protect_reference("packaged_data")


def occupations() -> None:
    sql(
        """
        CREATE TABLE occupations (
            code text PRIMARY KEY,
            id uuid NOT NULL UNIQUE,
            country text,
            isco text NOT NULL,
            names jsonb NOT NULL,
            "group" text NOT NULL,
            position integer NOT NULL,
            CONSTRAINT occupation_isco CHECK (isco ~ '^[0-9]{4}$'),
            CONSTRAINT occupation_group CHECK ("group" IN ('doctor', 'pharmacist', 'nurse', 'midwife', 'other')),
            CONSTRAINT occupation_is_named CHECK (names ?& ARRAY['fr', 'vi', 'en'])
        );
        """
    )
    protect_reference("occupations")


def facilities() -> None:
    sql(
        """
        CREATE TABLE facilities (
            row_id uuid PRIMARY KEY,
            id uuid NOT NULL,
            code text NOT NULL,
            name text NOT NULL,
            type text NOT NULL,
            level text NOT NULL,
            ownership text NOT NULL,
            area_id uuid NOT NULL,
            area_is_estimated boolean NOT NULL DEFAULT false,
            latitude numeric(8,5),
            longitude numeric(8,5),
            remoteness text NOT NULL,
            tier text,
            reference text,
            valid daterange NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            words tsvector NOT NULL,
            sort_key text COLLATE "C" NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            CONSTRAINT facility_periods UNIQUE (id, valid WITHOUT OVERLAPS),
            CONSTRAINT facility_code_is_taken EXCLUDE USING gist (code WITH =, id WITH <>),
            CONSTRAINT facility_reference_is_taken EXCLUDE USING gist (reference WITH =, id WITH <>) WHERE (reference IS NOT NULL),
            CONSTRAINT facility_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND upper(valid) IS DISTINCT FROM 'infinity'),
            CONSTRAINT facility_type CHECK (type IN ('hospital', 'specialised_hospital', 'health_centre', 'polyclinic', 'station', 'clinic', 'pharmacy',
                'prevention_centre', 'training_institute', 'care_home', 'home_care', 'authority', 'other')),
            CONSTRAINT facility_level CHECK (level IN ('central', 'regional', 'province', 'district', 'area', 'commune')),
            CONSTRAINT facility_ownership CHECK (ownership IN ('public', 'private', 'private_non_profit', 'army')),
            CONSTRAINT facility_remoteness CHECK (remoteness IN ('none', 'rural', 'mountain', 'border', 'island', 'isolated'))
        );
        CREATE INDEX facilities_by_code ON facilities (code);
        CREATE INDEX facilities_by_area ON facilities (area_id);
        CREATE INDEX facilities_by_name ON facilities (sort_key, row_id);
        CREATE INDEX facilities_by_word ON facilities USING gin (words);

        -- Who manages, supervises technically or hosts a facility, each with its dates.
        CREATE TABLE facility_links (
            row_id uuid PRIMARY KEY,
            facility_id uuid NOT NULL,
            kind text NOT NULL,
            party_code text NOT NULL,
            valid daterange NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            CONSTRAINT facility_has_one_link_of_a_kind UNIQUE (facility_id, kind, valid WITHOUT OVERLAPS),
            CONSTRAINT facility_link_kind CHECK (kind IN ('managed_by', 'supervised_by', 'hosted_by')),
            CONSTRAINT facility_link_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND upper(valid) IS DISTINCT FROM 'infinity')
        );
        CREATE INDEX facility_links_by_party ON facility_links (party_code, kind);

        -- Where a facility stands among the authorities, by date: what a token's /facilities/CODE opens.
        CREATE TABLE facility_authorities (
            code text NOT NULL,
            path ltree NOT NULL,
            valid daterange NOT NULL,
            CONSTRAINT facility_authority_periods UNIQUE (code, valid WITHOUT OVERLAPS)
        );
        """
    )
    protect("facilities", public_read=True)
    protect("facility_links", public_read=True)
    protect("facility_authorities", public_read=True, condition=MANAGED)
