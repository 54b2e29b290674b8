"""A pool of employers and partners: its charter, who accepted it when, and what was asked of whom."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE pools ({COLUMNS}
            code text NOT NULL,
            title text NOT NULL,
            authority text NOT NULL,
            purpose text NOT NULL,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            state text NOT NULL CONSTRAINT pool_state CHECK (state IN ('open')),
            CONSTRAINT pool_reference UNIQUE (authority_path, reference),
            CONSTRAINT pool_code UNIQUE (authority_path, code)
        );
        CREATE INDEX pools_list ON pools (opened_on, id);

        CREATE TABLE pool_charters (
            id uuid PRIMARY KEY,
            pool_id uuid NOT NULL REFERENCES pools ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            edition smallint NOT NULL CONSTRAINT pool_charter_edition_positive CHECK (edition > 0),
            words text NOT NULL,
            published_by text NOT NULL,
            published_on date NOT NULL,
            CONSTRAINT pool_charter_edition UNIQUE (pool_id, edition)
        );

        CREATE TABLE pool_partners ({COLUMNS}
            pool_id uuid NOT NULL REFERENCES pools ON DELETE CASCADE,
            facility_code text NOT NULL,
            takes_part_as text NOT NULL CONSTRAINT pool_partner_takes_part_as CHECK (takes_part_as IN ('employer', 'partner')),
            kind text NOT NULL,
            joined_on date NOT NULL,
            added_by text NOT NULL,
            left_on date,
            leaving_reason text,
            state text NOT NULL CONSTRAINT pool_partner_state CHECK (state IN ('member', 'left')),
            CONSTRAINT pool_partner_left_says_why CHECK ((state = 'left') = (left_on IS NOT NULL AND leaving_reason IS NOT NULL AND leaving_reason <> '')),
            CONSTRAINT pool_partner_left_after_joining CHECK (left_on >= joined_on)
        );
        CREATE UNIQUE INDEX pool_partner_once ON pool_partners (pool_id, facility_code) WHERE state = 'member';
        CREATE INDEX pool_partners_of_facility ON pool_partners (facility_code);

        CREATE TABLE pool_acceptances (
            id uuid PRIMARY KEY,
            pool_id uuid NOT NULL REFERENCES pools ON DELETE CASCADE,
            partner_id uuid NOT NULL REFERENCES pool_partners ON DELETE CASCADE,
            charter_id uuid NOT NULL REFERENCES pool_charters ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            signed_as text NOT NULL,
            accepted_on date NOT NULL,
            recorded_by text NOT NULL,
            CONSTRAINT pool_acceptance_once UNIQUE (partner_id, charter_id)
        );
        CREATE INDEX pool_acceptances_of_charter ON pool_acceptances (charter_id);
        CREATE INDEX pool_acceptances_of_pool ON pool_acceptances (pool_id);

        CREATE TABLE pool_rounds ({COLUMNS}
            pool_id uuid NOT NULL REFERENCES pools ON DELETE CASCADE,
            title text NOT NULL,
            asked_on date NOT NULL,
            due_on date NOT NULL,
            asked_by text NOT NULL,
            asked text[] NOT NULL,
            state text NOT NULL CONSTRAINT pool_round_state CHECK (state IN ('asked')),
            CONSTRAINT pool_round_reference UNIQUE (authority_path, reference),
            CONSTRAINT pool_round_due_after_asking CHECK (due_on >= asked_on),
            CONSTRAINT pool_round_asks_somebody CHECK (cardinality(asked) > 0)
        );
        CREATE INDEX pool_rounds_of_pool ON pool_rounds (pool_id, asked_on);

        CREATE TABLE pool_answers (
            id uuid PRIMARY KEY,
            pool_id uuid NOT NULL REFERENCES pools ON DELETE CASCADE,
            round_id uuid NOT NULL REFERENCES pool_rounds ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            facility_code text NOT NULL,
            comment text,
            answered_on date NOT NULL,
            answered_by text NOT NULL,
            CONSTRAINT pool_answer_once UNIQUE (round_id, facility_code)
        );
        CREATE INDEX pool_answers_of_pool ON pool_answers (pool_id);
        """
    )
    protect("pools")
    for table in ("pool_charters", "pool_partners", "pool_acceptances", "pool_rounds", "pool_answers"):
        protect(table)
        sql(f"CREATE POLICY {table}_of_pool ON {table} FOR SELECT TO {service}_app USING (EXISTS (SELECT FROM pools p WHERE p.id = pool_id));")  # noqa: S608
    sql(
        f"""
        -- Whose needs, resources and bridges the caller reads: the pools that they coordinate, and those of which their facility is a member that accepted a charter.
        CREATE FUNCTION open_pools() RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
            SELECT id FROM pools WHERE authority_path <@ ANY (nullif(current_setting('relais.scope', true), '')::ltree[])
            UNION
            SELECT p.pool_id FROM pool_partners p
            WHERE p.state = 'member' AND p.facility_code = ANY (nullif(current_setting('relais.parties', true), '')::text[])
                AND EXISTS (SELECT FROM pool_acceptances a WHERE a.partner_id = p.id)
        $$;
        GRANT EXECUTE ON FUNCTION open_pools TO {service}_app, {service}_worker;

        -- Nobody answers a round of which they were not asked.
        CREATE FUNCTION guard_pool_answers() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pool_rounds r WHERE r.id = NEW.round_id AND NEW.facility_code = ANY (r.asked)) THEN
                RAISE EXCEPTION 'not asked' USING ERRCODE = '23514', CONSTRAINT = 'pool_answer_of_the_asked';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER guard_pool_answers BEFORE INSERT ON pool_answers FOR EACH ROW EXECUTE FUNCTION guard_pool_answers();
        """  # noqa: S608
    )
    audit_wall_opens({"pool": "pools", "pool_partner": "pool_partners", "pool_round": "pool_rounds"})
