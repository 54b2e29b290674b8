"""Which authority is competent for an act, of a rank and at a place, from a first to a last day; a signature of another one is refused."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    sql(
        f"""
        CREATE TABLE delegations ({COLUMNS}
            state text NOT NULL CONSTRAINT delegation_state CHECK (state IN ('given', 'ended')),
            authority text NOT NULL,
            act text NOT NULL,
            rank text,
            place text NOT NULL,
            place_path ltree NOT NULL,
            competent text NOT NULL,
            competent_path ltree NOT NULL,
            nature text NOT NULL CONSTRAINT delegation_nature CHECK (nature IN ('power', 'signature')),
            citation text NOT NULL,
            valid daterange NOT NULL,
            given_by text NOT NULL,
            ended_by text,
            end_reason text,
            CONSTRAINT delegation_reference UNIQUE (authority_path, reference),
            CONSTRAINT delegation_lies_below CHECK (competent_path <@ authority_path AND place_path <@ competent_path),
            CONSTRAINT delegation_has_days CHECK (NOT isempty(valid) AND lower(valid) IS NOT NULL),
            CONSTRAINT delegation_end_whole CHECK ((state = 'ended') = (ended_by IS NOT NULL AND end_reason IS NOT NULL AND upper(valid) IS NOT NULL)),
            CONSTRAINT delegation_one_competent EXCLUDE USING gist (act WITH =, (coalesce(rank, '')) WITH =, place WITH =, valid WITH &&)
        );
        CREATE INDEX delegations_of_act ON delegations (act);
        """
    )
    protect("delegations")
    sql(f"CREATE POLICY delegations_from_below ON delegations FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
    sql(
        """
        -- Who may sign an act on a day by the nearest row of the matrix; nothing where no row says so.
        CREATE FUNCTION competent_authorities(of_act text, of_rank text, of_path ltree, day date) RETURNS text[] LANGUAGE sql STABLE AS $$
            SELECT CASE nature WHEN 'signature' THEN ARRAY[competent, authority] ELSE ARRAY[competent] END
            FROM delegations
            WHERE act = of_act AND (rank IS NULL OR rank = of_rank) AND place_path @> of_path AND valid @> day
            ORDER BY nlevel(place_path) DESC, rank IS NULL LIMIT 1
        $$;
        -- Whether the caller's nearest authority above a path is one of them.
        CREATE FUNCTION caller_is_competent(of_act text, of_rank text, of_path ltree, day date) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT coalesce(
                (SELECT subpath(own, -1)::text FROM unnest(nullif(current_setting('relais.scope', true), '')::ltree[]) AS own WHERE own @> of_path ORDER BY nlevel(own) DESC LIMIT 1)
                    = ANY (competent_authorities(of_act, of_rank, of_path, day)),
                true
            )
        $$;
        CREATE FUNCTION decision_is_competent() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.authority <> ALL (coalesce(competent_authorities(NEW.kind, NEW.facts ->> 'rank', NEW.authority_path, NEW.signed_on), ARRAY[NEW.authority])) THEN
                RAISE EXCEPTION 'another authority is competent' USING ERRCODE = '23514', CONSTRAINT = 'decision_signed_by_competent';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER decisions_competent BEFORE UPDATE ON decisions FOR EACH ROW
            WHEN (OLD.state = 'proposed' AND NEW.state = 'signed') EXECUTE FUNCTION decision_is_competent();
        """
    )
    audit_wall_opens({"delegation": "delegations"})
