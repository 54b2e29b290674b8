"""Areas of any country: levels from data, names in several languages, sources with their licence; an area never contains itself."""

from shared.migrate import protect_reference, sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        -- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint, adding-foreign-key-constraint
        -- A service starts after its migrations: nobody waits for these locks, and the tables hold what is packaged.
        CREATE TABLE area_levels (
            country text NOT NULL,
            level text NOT NULL,
            position integer NOT NULL,
            names jsonb NOT NULL,
            announced boolean NOT NULL,
            PRIMARY KEY (country, level),
            CONSTRAINT area_level_is_named CHECK (names ?& ARRAY['fr', 'vi', 'en'])
        );
        INSERT INTO area_levels (country, level, position, names, announced) VALUES
            ('VN', 'country', 0, '{"fr": "Pays", "vi": "Quốc gia", "en": "Country"}', true),
            ('VN', 'province', 1, '{"fr": "Province", "vi": "Tỉnh", "en": "Province"}', true),
            ('VN', 'district', 2, '{"fr": "District", "vi": "Huyện", "en": "District"}', false),
            ('VN', 'commune', 3, '{"fr": "Commune", "vi": "Xã", "en": "Commune"}', true);

        -- A package of areas does not overwrite what was decided here.
        ALTER TABLE areas ADD COLUMN names jsonb NOT NULL DEFAULT '{}';
        ALTER TABLE areas ADD COLUMN source text NOT NULL DEFAULT 'packaged';
        ALTER TABLE areas ADD CONSTRAINT area_source CHECK (source IN ('packaged', 'decided'));
        ALTER TABLE areas DROP CONSTRAINT area_level;
        ALTER TABLE areas ADD CONSTRAINT area_level_of_its_country FOREIGN KEY (country, level) REFERENCES area_levels (country, level);
        ALTER TABLE areas ADD CONSTRAINT area_path_ends_with_itself CHECK (within[cardinality(within)] = code);
        ALTER TABLE areas ADD CONSTRAINT area_would_contain_itself CHECK (parent_id <> id AND NOT code = ANY (within[1:cardinality(within) - 1]));
        ALTER TABLE packaged_data ADD COLUMN about jsonb;

        -- Several areas at once may close a circle: whoever goes up from what was written, through areas of the same days, must not come back.
        CREATE FUNCTION refuse_circles_of_areas() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (
                WITH RECURSIVE above AS (
                    SELECT id AS start, parent_id AS at, valid FROM written WHERE parent_id IS NOT NULL
                    UNION
                    SELECT above.start, a.parent_id, above.valid * a.valid FROM above JOIN areas a ON a.id = above.at AND a.valid && above.valid
                    WHERE a.parent_id IS NOT NULL AND above.at <> above.start
                )
                SELECT FROM above WHERE at = start
            ) THEN
                RAISE EXCEPTION 'an area would contain itself' USING ERRCODE = '23514', CONSTRAINT = 'area_would_contain_itself';
            END IF;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER areas_inserted AFTER INSERT ON areas REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_circles_of_areas();
        CREATE TRIGGER areas_updated AFTER UPDATE ON areas REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_circles_of_areas();
        """
    )
    protect_reference("area_levels")
