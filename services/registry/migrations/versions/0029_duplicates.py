"""Two files that may be one person: found on entry and every day over all employers, and what somebody decided about them."""

from shared.audit_tables import audit_wall
from shared.migrate import protect, protect_internal, sql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = {
    "absence": "absences",
    "account": "accounts",
    "assignment": "assignments",
    "correction": "corrections",
    "document": "documents",
    "duplicate": "possible_duplicates",
    "employment": "employments",
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
MANAGED = {"facility": "facilities"}


def upgrade() -> None:
    sql(
        """
        -- squawk-ignore-file require-concurrent-index-creation
        -- A service starts after its migrations: nobody waits for this lock.
        CREATE INDEX persons_by_birth ON persons (birth_date) WHERE birth_date IS NOT NULL;

        CREATE TABLE possible_duplicates (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            one_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            other_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            weight numeric(6,2) NOT NULL,
            reasons jsonb NOT NULL,
            state text NOT NULL,
            found_on date NOT NULL,
            found_by text NOT NULL,
            decided_by text,
            decided_on date,
            reason text,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT duplicate_pair_once UNIQUE (one_id, other_id),
            CONSTRAINT duplicate_in_order CHECK (one_id < other_id),
            CONSTRAINT duplicate_state CHECK (state IN ('open', 'distinct')),
            CONSTRAINT duplicate_found_by CHECK (found_by IN ('entry', 'batch')),
            CONSTRAINT duplicate_decided CHECK ((state = 'open') = (decided_by IS NULL) AND (state = 'open') = (decided_on IS NULL)),
            CONSTRAINT duplicate_distinct_needs_reason CHECK (state <> 'distinct' OR reason IS NOT NULL)
        );
        CREATE INDEX possible_duplicates_by_weight ON possible_duplicates (state, weight DESC, id);
        CREATE INDEX possible_duplicates_by_other ON possible_duplicates (other_id);

        -- What the daily task remembers: which version of each file was compared with all others, the words of its names in one order,
        -- and how common each word is.
        CREATE TABLE duplicate_scans (
            person_id uuid PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
            version integer NOT NULL,
            name_key text COLLATE "C" NOT NULL
        );
        CREATE INDEX duplicate_scans_by_name ON duplicate_scans (name_key);
        CREATE TABLE word_frequencies (
            word text COLLATE "C" PRIMARY KEY,
            people integer NOT NULL
        );

        -- As the owner: one person is entered by several employers, who do not see each other's files. Whom somebody who is being entered may
        -- be, by blocks of which one holds when any other field is wrong: the same birth, day and month turned round, the same rare words with
        -- nearly the same birth. The daily task has the same blocks for many files at once (services/registry/duplicates/finding.py).
        CREATE FUNCTION persons_like(words text[], born date) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
            WITH rare AS MATERIALIZED (
                SELECT w.word, coalesce(f.people, 0) AS people FROM unnest(words) AS w (word) LEFT JOIN word_frequencies AS f ON f.word = w.word
                ORDER BY 2, 1 LIMIT 2
            ), named AS MATERIALIZED (
                SELECT w.person_id FROM rare JOIN person_words AS w ON w.word = rare.word
                GROUP BY w.person_id HAVING count(*) = (SELECT count(*) FROM rare) OR bool_or(rare.people <= 50)
            ), near AS (
                SELECT p.id FROM persons AS p WHERE p.birth_date = born
                UNION
                SELECT p.id FROM persons AS p
                WHERE p.birth_date = CASE WHEN extract(day FROM born) <= 12
                        THEN make_date(extract(year FROM born)::int, extract(day FROM born)::int, extract(month FROM born)::int) END
                    AND EXISTS (SELECT FROM person_words AS w WHERE w.person_id = p.id AND w.word = ANY (words))
                UNION
                SELECT p.id FROM named JOIN persons AS p ON p.id = named.person_id
                WHERE p.birth_date IS NULL OR born IS NULL OR abs(extract(year FROM p.birth_date) - extract(year FROM born)) <= 1
                    OR (extract(month FROM p.birth_date), extract(day FROM p.birth_date)) = (extract(month FROM born), extract(day FROM born))
            )
            SELECT near.id FROM near
        $$;
        CREATE INDEX person_contacts_by_value ON person_contacts (value, kind);

        -- How common these words are now, though the daily task counted before a large import; and, as the word '', how many people there are.
        CREATE FUNCTION word_counts(words text[]) RETURNS TABLE (word text, people bigint)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT w.word, greatest(coalesce(f.people, 0), (SELECT count(*) FROM (SELECT FROM person_words AS p WHERE p.word = w.word LIMIT 2000) AS seen))
            FROM unnest(words) AS w (word) LEFT JOIN word_frequencies AS f ON f.word = w.word
            UNION ALL
            SELECT '', greatest((SELECT reltuples FROM pg_class WHERE oid = 'persons'::regclass)::bigint, (SELECT count(*) FROM (SELECT FROM persons LIMIT 20000) AS seen))
        $$;

        -- What is compared of them; the code tells nobody more of a file than the reasons, unless row-level security opens it to them.
        CREATE FUNCTION facts_of_persons(asked uuid[]) RETURNS TABLE (
            id uuid, version integer, path text, shared_with text[], names text[], birth_date date, birth_precision text, sex text, occupations text[], identifiers jsonb, contacts text[]
        ) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT p.id, p.version, p.authority_path::text, p.shared_with,
                ARRAY(SELECT n.value FROM person_names AS n WHERE n.person_id = p.id ORDER BY n.position), p.birth_date, p.birth_precision, p.sex,
                ARRAY(SELECT w.occupation_code FROM workers AS w WHERE w.person_id = p.id),
                (SELECT coalesce(jsonb_agg(jsonb_build_array(i.kind, i.issuer, encode(i.blind, 'hex'))), '[]') FROM person_identifiers AS i
                    WHERE i.person_id = p.id AND i.blind IS NOT NULL AND i.state IN ('declared', 'verified')),
                ARRAY(SELECT c.value FROM person_contacts AS c WHERE c.person_id = p.id AND c.kind <> 'address' AND c.visibility <> 'self')
            FROM persons AS p WHERE p.id = ANY (asked)
        $$;
        """
    )
    protect("possible_duplicates")
    protect_internal("duplicate_scans", "word_frequencies")
    audit_wall(KINDS, managed=MANAGED)
