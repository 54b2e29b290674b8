"""Persons and their names, workers, employments, posts, assignments on both time axes, qualifications, work-list."""

from shared.migrate import protect, protect_internal, service_of_migration, sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Columns that every effective-dated table has: one row per period of one thing, and when we came to believe it.
PERIOD = """
    row_id uuid PRIMARY KEY,
    id uuid NOT NULL,
    valid daterange NOT NULL,
    authority_path ltree NOT NULL,
    shared_with text[] NOT NULL DEFAULT '{}',
    done_on date NOT NULL,
    entered_on date NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL
"""


def upgrade() -> None:
    persons()
    workers()
    posts()
    assignments()
    guards()
    beliefs()
    qualifications()
    work_items()
    visibility()


def persons() -> None:
    sql(
        """
        CREATE TABLE persons (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            name text NOT NULL,
            sort_key text COLLATE "C" NOT NULL,
            birth_date date,
            birth_precision text,
            sex text NOT NULL DEFAULT 'unknown',
            reference text,
            reference_owner text,
            content_hash bytea,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            CONSTRAINT person_reference_is_unique UNIQUE (reference_owner, reference),
            CONSTRAINT person_birth_precision CHECK (birth_precision IN ('date', 'year') AND (birth_date IS NULL) = (birth_precision IS NULL)),
            CONSTRAINT person_birth_year_is_first_of_january CHECK (birth_precision <> 'year' OR extract(doy FROM birth_date) = 1),
            CONSTRAINT person_sex CHECK (sex IN ('female', 'male', 'other', 'unknown'))
        );
        CREATE INDEX persons_by_name ON persons (sort_key, id);
        CREATE INDEX persons_by_path ON persons USING gist (authority_path);
        CREATE INDEX persons_by_parties ON persons USING gin (shared_with);

        CREATE TABLE person_names (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            position smallint NOT NULL,
            kind text NOT NULL,
            script text,
            value text NOT NULL,
            CONSTRAINT person_name_position UNIQUE (person_id, position),
            CONSTRAINT person_name_kind CHECK (kind IN ('legal', 'usual', 'transliterated')),
            CONSTRAINT person_name_is_written CHECK (value <> '')
        );
        CREATE INDEX person_names_as_written ON person_names (value COLLATE "C");

        -- A word per row and compared by `>=` and `<`: these operators are leakproof, so row-level security lets the index work.
        CREATE TABLE person_words (
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            word text COLLATE "C" NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            PRIMARY KEY (person_id, word)
        );
        CREATE INDEX person_words_by_beginning ON person_words (word, person_id);

        CREATE TABLE person_purposes (
            person_id uuid NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
            purpose text NOT NULL,
            since date NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            PRIMARY KEY (person_id, purpose),
            CONSTRAINT person_purpose CHECK (purpose IN ('worker', 'candidate', 'student', 'guest', 'contact'))
        );

        -- What somebody searched, for some minutes, so that no name stands in the address of the next page.
        CREATE TABLE person_searches (
            id uuid PRIMARY KEY,
            account text NOT NULL,
            query text NOT NULL,
            exact boolean NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX person_searches_by_account ON person_searches (account, recorded_at);
        """
    )
    protect_internal("person_searches")


def workers() -> None:
    sql(
        f"""
        CREATE TABLE workers (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            occupation_code text NOT NULL REFERENCES occupations (code),
            specialty text,
            worker_no text,
            numbered_by text,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            recorded_by text NOT NULL,
            CONSTRAINT worker_has_one_row_per_occupation UNIQUE (person_id, occupation_code),
            CONSTRAINT worker_number_is_unique UNIQUE (numbered_by, worker_no),
            CONSTRAINT worker_number_has_its_authority CHECK ((worker_no IS NULL) = (numbered_by IS NULL))
        );
        CREATE INDEX workers_by_occupation ON workers (occupation_code);

        CREATE TABLE employments (
            {PERIOD},
            person_id uuid NOT NULL REFERENCES persons (id),
            worker_id uuid NOT NULL REFERENCES workers (id),
            facility_id uuid NOT NULL,
            facility_code text NOT NULL,
            employment_type text NOT NULL,
            status text NOT NULL,
            decision_number text,
            ended_reason text,
            source_service text,
            source_id uuid,
            CONSTRAINT employment_periods UNIQUE (id, valid WITHOUT OVERLAPS),
            CONSTRAINT employment_once_per_facility EXCLUDE USING gist (person_id WITH =, facility_id WITH =, valid WITH &&),
            CONSTRAINT employment_once_per_source EXCLUDE USING gist (source_service WITH =, source_id WITH =, id WITH <>) WHERE (source_id IS NOT NULL),
            CONSTRAINT employment_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND upper(valid) IS DISTINCT FROM 'infinity'),
            CONSTRAINT employment_type CHECK (employment_type IN
                ('civil_servant', 'public_employee', 'contract_fixed', 'contract_open', 'resident', 'intern', 'secondee_in', 'private', 'volunteer')),
            CONSTRAINT employment_status CHECK (status IN ('probation', 'confirmed', 'suspended'))
        );
        CREATE INDEX employments_by_person ON employments (person_id);
        CREATE INDEX employments_by_facility ON employments (facility_code);
        """
    )


def posts() -> None:
    sql(
        f"""
        CREATE TABLE posts (
            {PERIOD},
            facility_id uuid NOT NULL,
            facility_code text NOT NULL,
            unit text,
            job_position text,
            occupation_code text NOT NULL REFERENCES occupations (code),
            specialty text,
            fte numeric(6,3) NOT NULL,
            is_management boolean NOT NULL DEFAULT false,
            frozen boolean NOT NULL DEFAULT false,
            decision_number text,
            reference text,
            reference_owner text,
            content_hash bytea,
            CONSTRAINT post_periods UNIQUE (id, valid WITHOUT OVERLAPS),
            CONSTRAINT post_reference_is_unique EXCLUDE USING gist (reference_owner WITH =, reference WITH =, id WITH <>) WHERE (reference IS NOT NULL),
            CONSTRAINT post_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND upper(valid) IS DISTINCT FROM 'infinity'),
            CONSTRAINT post_fte CHECK (fte > 0)
        );
        -- The constraint's own index is GiST, several times slower for a plain look-up.
        CREATE INDEX posts_by_id ON posts (id);
        CREATE INDEX posts_by_facility ON posts (facility_code, occupation_code);
        CREATE INDEX posts_by_reference ON posts (reference_owner, reference);
        """
    )


def assignments() -> None:
    sql(
        f"""
        CREATE TABLE assignments (
            {PERIOD},
            person_id uuid NOT NULL REFERENCES persons (id),
            worker_id uuid NOT NULL REFERENCES workers (id),
            post_id uuid,
            facility_id uuid NOT NULL,
            facility_code text NOT NULL,
            unit text,
            kind text NOT NULL,
            fte_share numeric(4,3) NOT NULL,
            state text NOT NULL,
            conflict text,
            decision_number text,
            act text NOT NULL,
            amended_on date,
            reason text,
            source_service text,
            source_id uuid,
            reference text,
            reference_owner text,
            content_hash bytea,
            CONSTRAINT assignment_periods UNIQUE (id, valid WITHOUT OVERLAPS),
            -- By person and not by worker: somebody with two occupations has one primary place of work all the same.
            CONSTRAINT one_primary_assignment EXCLUDE USING gist (person_id WITH =, valid WITH &&) WHERE (kind = 'primary' AND state = 'active'),
            CONSTRAINT assignment_once_per_source EXCLUDE USING gist (source_service WITH =, source_id WITH =, id WITH <>) WHERE (source_id IS NOT NULL),
            CONSTRAINT assignment_reference_is_unique EXCLUDE USING gist (reference_owner WITH =, reference WITH =, id WITH <>) WHERE (reference IS NOT NULL),
            CONSTRAINT assignment_period CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND upper(valid) IS DISTINCT FROM 'infinity'),
            CONSTRAINT assignment_kind CHECK (kind IN ('primary', 'concurrent', 'acting', 'mission', 'secondment', 'training_leave')),
            CONSTRAINT assignment_share CHECK (fte_share > 0 AND fte_share <= 1),
            CONSTRAINT assignment_state CHECK (state IN ('active', 'conflicting') AND (state = 'conflicting') = (conflict IS NOT NULL)),
            CONSTRAINT assignment_act CHECK (act IN ('recorded', 'changed', 'ended', 'corrected', 'activated'))
        );
        CREATE INDEX assignments_by_id ON assignments (id);
        CREATE INDEX assignments_by_person ON assignments (person_id);
        CREATE INDEX assignments_by_post ON assignments (post_id) WHERE post_id IS NOT NULL;
        CREATE INDEX assignments_by_facility ON assignments (facility_code);
        """
    )


def guards() -> None:
    """Rules over several rows. They run as the owner, because a rule also counts the rows that the caller may not see."""
    sql(
        """
        -- Just after an import the planner knows nothing of the rows: what is judged is collected by index first and then hashed, never looped over.
        CREATE FUNCTION refuse_overfilled_posts(changed uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public SET plan_cache_mode = force_custom_plan SET enable_nestloop = off AS $$
        BEGIN
            PERFORM FROM posts WHERE id = ANY (changed) ORDER BY id, row_id FOR UPDATE;
            IF EXISTS (
                WITH offered AS MATERIALIZED (
                    SELECT id, range_agg(valid) AS days FROM posts WHERE id = ANY (changed) AND NOT frozen GROUP BY id
                ), taken AS MATERIALIZED (
                    SELECT post_id, valid FROM assignments WHERE post_id = ANY (changed) AND state = 'active'
                )
                SELECT FROM taken LEFT JOIN offered ON offered.id = taken.post_id WHERE NOT coalesce(taken.valid <@ offered.days, false)
            ) THEN
                RAISE EXCEPTION 'an assignment lies outside the days on which its post is open'
                    USING ERRCODE = '23514', CONSTRAINT = 'assignment_within_open_post';
            END IF;
            IF EXISTS (
                WITH offered AS MATERIALIZED (
                    SELECT id, valid, fte FROM posts WHERE id = ANY (changed)
                ), taken AS MATERIALIZED (
                    SELECT post_id, valid, fte_share FROM assignments WHERE post_id = ANY (changed) AND state = 'active'
                ), turn AS MATERIALIZED (
                    SELECT post_id, lower(valid) AS day FROM taken UNION SELECT id, lower(valid) FROM offered
                )
                SELECT FROM turn
                JOIN offered ON offered.id = turn.post_id AND offered.valid @> turn.day
                JOIN taken ON taken.post_id = turn.post_id AND taken.valid @> turn.day
                GROUP BY turn.post_id, turn.day, offered.fte
                HAVING sum(taken.fte_share) > offered.fte
            ) THEN
                RAISE EXCEPTION 'a post is filled above its share' USING ERRCODE = '23514', CONSTRAINT = 'post_filled_above_its_share';
            END IF;
        END
        $$;

        CREATE FUNCTION refuse_overloaded_persons(changed uuid[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public SET plan_cache_mode = force_custom_plan SET enable_nestloop = off AS $$
        BEGIN
            IF EXISTS (
                WITH held AS MATERIALIZED (
                    SELECT person_id, valid, fte_share FROM assignments WHERE person_id = ANY (changed) AND state = 'active' AND kind IN ('primary', 'concurrent')
                ), turn AS MATERIALIZED (
                    SELECT DISTINCT person_id, lower(valid) AS day FROM held
                )
                SELECT FROM turn JOIN held ON held.person_id = turn.person_id AND held.valid @> turn.day
                GROUP BY turn.person_id, turn.day
                HAVING sum(held.fte_share) > 1.2
            ) THEN
                RAISE EXCEPTION 'a person holds more than is allowed' USING ERRCODE = '23514', CONSTRAINT = 'person_shares_above_limit';
            END IF;
        END
        $$;

        CREATE FUNCTION assignments_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM refuse_overfilled_posts((SELECT array_agg(DISTINCT post_id) FROM written WHERE post_id IS NOT NULL AND state = 'active'));
            PERFORM refuse_overloaded_persons((SELECT array_agg(DISTINCT person_id) FROM written WHERE state = 'active'));
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER assignments_inserted AFTER INSERT ON assignments REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION assignments_changed();
        CREATE TRIGGER assignments_updated AFTER UPDATE ON assignments REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION assignments_changed();

        -- Deferred: splitting a period first shortens it, which would leave its assignments outside for a moment.
        CREATE FUNCTION post_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM refuse_overfilled_posts(ARRAY[OLD.id]);
            RETURN NULL;
        END
        $$;
        CREATE CONSTRAINT TRIGGER posts_changed AFTER UPDATE OR DELETE ON posts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION post_changed();
        """
    )


def beliefs() -> None:
    """What we believed before: whoever changes or removes a period, the earlier belief goes to the history with its recorded time."""
    service = service_of_migration()
    sql(
        """
        CREATE FUNCTION keep_earlier_belief() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            why jsonb := coalesce(nullif(current_setting('relais.superseding', true), ''), '{}')::jsonb;
            until timestamptz := coalesce((why ->> 'at')::timestamptz, clock_timestamp());
            no_belief constant text[] := '{authority_path,shared_with}';  -- who may see a row is no belief about the world
        BEGIN
            IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - no_belief = to_jsonb(NEW) - no_belief THEN
                RETURN NULL;
            END IF;
            -- Written and rewritten in one transaction: nobody ever knew the first of the two.
            IF OLD.recorded_at < until THEN
                EXECUTE format('INSERT INTO %1$I SELECT earlier.* FROM jsonb_populate_record(NULL::%1$I, $1) earlier', TG_TABLE_NAME || '_history')
                    USING to_jsonb(OLD) || jsonb_build_object('recorded', tstzrange(OLD.recorded_at, until),
                        'superseded_act', why ->> 'act', 'superseded_by', why ->> 'by', 'superseded_reason', why ->> 'reason');
            END IF;
            RETURN NULL;
        END
        $$;
        """
    )
    for table in ("employments", "posts", "assignments"):
        sql(
            f"""
            CREATE TABLE {table}_history (
                LIKE {table},
                recorded tstzrange NOT NULL,
                superseded_act text,
                superseded_by text,
                superseded_reason text
            );
            CREATE INDEX {table}_history_by_id ON {table}_history (id);
            CREATE TRIGGER {table}_earlier AFTER UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_earlier_belief();
            REVOKE UPDATE, DELETE, TRUNCATE ON {table}_history FROM {service}_app, {service}_worker;
            """
        )
    sql(
        """
        CREATE INDEX assignments_history_by_person ON assignments_history (person_id);
        CREATE INDEX assignments_history_by_facility ON assignments_history (facility_code);
        CREATE INDEX employments_history_by_person ON employments_history (person_id);
        """
    )


def qualifications() -> None:
    sql(
        """
        CREATE TABLE qualifications (
            id uuid PRIMARY KEY,
            person_id uuid NOT NULL REFERENCES persons (id),
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            type text NOT NULL,
            title text NOT NULL,
            specialty text,
            institution text,
            country text,
            number text,
            issued_on date,
            issued_precision text,
            state text NOT NULL DEFAULT 'declared',
            declared_by text NOT NULL,
            done_on date NOT NULL,
            verified_by text,
            verified_on date,
            verification_method text,
            evidence text,
            reference text,
            reference_owner text,
            content_hash bytea,
            version integer NOT NULL DEFAULT 1,
            recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT qualification_reference_is_unique UNIQUE (reference_owner, reference),
            CONSTRAINT qualification_declared_once UNIQUE NULLS NOT DISTINCT (person_id, type, title, specialty, institution, number, issued_on),
            CONSTRAINT qualification_state CHECK (state IN ('declared', 'verified', 'mismatch', 'forged_suspected')),
            CONSTRAINT qualification_verifier_is_not_declarer CHECK (verified_by IS DISTINCT FROM declared_by),
            CONSTRAINT qualification_verified_needs_evidence CHECK (state = 'declared' OR (verified_by IS NOT NULL AND verified_on IS NOT NULL AND evidence IS NOT NULL)),
            CONSTRAINT qualification_issued_precision CHECK (issued_precision IN ('date', 'year') AND (issued_on IS NULL) = (issued_precision IS NULL))
        );
        CREATE INDEX qualifications_by_person ON qualifications (person_id);
        """
    )


def work_items() -> None:
    sql(
        """
        CREATE TABLE work_items (
            id uuid PRIMARY KEY,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{}',
            kind text NOT NULL,
            reason text NOT NULL,
            subject_kind text NOT NULL,
            subject_id uuid NOT NULL,
            person_id uuid,
            post_id uuid,
            facility_code text,
            state text NOT NULL DEFAULT 'open',
            opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            closed_at timestamptz,
            closed_by text,
            CONSTRAINT work_item_state CHECK (state IN ('open', 'closed') AND (state = 'closed') = (closed_at IS NOT NULL AND closed_by IS NOT NULL))
        );
        CREATE UNIQUE INDEX work_item_opened_once ON work_items (kind, subject_id) WHERE state = 'open';
        """
    )


def visibility() -> None:
    """What belongs to a person follows the person's relations; an employment or an assignment belongs to its facility."""
    sql(
        """
        CREATE FUNCTION follow_the_person() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE person_names SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE person_words SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE person_purposes SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE workers SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            UPDATE qualifications SET authority_path = NEW.authority_path, shared_with = NEW.shared_with WHERE person_id = NEW.id;
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER persons_relations AFTER UPDATE OF authority_path, shared_with ON persons FOR EACH ROW
            WHEN (OLD.authority_path IS DISTINCT FROM NEW.authority_path OR OLD.shared_with IS DISTINCT FROM NEW.shared_with)
            EXECUTE FUNCTION follow_the_person();
        """
    )
    for table in (
        "persons",
        "person_names",
        "person_words",
        "person_purposes",
        "workers",
        "employments",
        "employments_history",
        "posts",
        "posts_history",
        "assignments",
        "assignments_history",
        "qualifications",
        "work_items",
    ):
        protect(table)
