"""Agreements with a facility of another authority, planned visits, focal points that the other side can call, programmes with policy and targets, series, referrals."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"
# The side that does not own a row brings the authorities above it along: those that the owner does not stand under itself.
OTHERS = "SELECT DISTINCT party FROM unnest(t.shared_with || string_to_array({path}::text, '.')) AS party WHERE NOT party = ANY (string_to_array(t.authority_path::text, '.'))"


def upgrade() -> None:
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint
        CREATE TABLE cooperation_programmes ({COLUMNS}
            state text NOT NULL CONSTRAINT cooperation_state CHECK (state IN ('active')),
            authority text NOT NULL,
            code text NOT NULL,
            title text NOT NULL,
            policy text NOT NULL,
            purpose text,
            models text[] NOT NULL DEFAULT '{{}}',
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            published_by text NOT NULL,
            published_on date NOT NULL,
            CONSTRAINT cooperation_reference UNIQUE (authority_path, reference),
            CONSTRAINT cooperation_code UNIQUE (authority_path, code),
            CONSTRAINT cooperation_period CHECK (ends_on >= starts_on)
        );

        CREATE TABLE cooperation_targets (
            programme_id uuid NOT NULL REFERENCES cooperation_programmes ON DELETE CASCADE,
            number smallint NOT NULL,
            indicator text NOT NULL CONSTRAINT cooperation_indicator
                CHECK (indicator IN ('posts_with_agreement', 'posts_covered_percent', 'visits_held_percent', 'techniques_local', 'other')),
            value integer NOT NULL CONSTRAINT cooperation_value CHECK (value >= 0),
            due_on date NOT NULL,
            text text,
            PRIMARY KEY (programme_id, number)
        );

        ALTER TABLE agreements ADD COLUMN programme_id uuid REFERENCES cooperation_programmes;
        ALTER TABLE agreements ADD COLUMN giver_contact_name text;
        ALTER TABLE agreements ADD COLUMN receiver_contact_name text;
        ALTER TABLE visits ADD COLUMN planned_on date;
        ALTER TABLE visits ADD CONSTRAINT visit_planned_in_its_month CHECK (date_trunc('month', planned_on) = month);

        CREATE TABLE series ({COLUMNS}
            state text NOT NULL CONSTRAINT series_state CHECK (state IN ('active')),
            agreement_id uuid NOT NULL REFERENCES agreements,
            giver_code text NOT NULL,
            receiver_code text NOT NULL,
            kind text NOT NULL CONSTRAINT series_kind CHECK (kind IN ('thematic', 'scientific')),
            title text NOT NULL,
            specialty text,
            planned_by text NOT NULL,
            CONSTRAINT series_reference UNIQUE (authority_path, reference)
        );
        CREATE INDEX series_of_agreement ON series (agreement_id);

        CREATE TABLE series_meetings (
            series_id uuid NOT NULL REFERENCES series ON DELETE CASCADE,
            number smallint NOT NULL,
            planned_on date NOT NULL,
            topic text NOT NULL,
            held_on date,
            participants integer CONSTRAINT meeting_participants CHECK (participants BETWEEN 0 AND 10000),
            reason text,
            said_by text,
            said_on date,
            PRIMARY KEY (series_id, number),
            CONSTRAINT meeting_held_or_cancelled CHECK (num_nonnulls(held_on, reason) <= 1),
            CONSTRAINT meeting_participants_were_there CHECK (participants IS NULL OR held_on IS NOT NULL)
        );

        CREATE TABLE referrals ({COLUMNS}
            state text NOT NULL CONSTRAINT referral_state CHECK (state IN ('told')),
            facility_code text NOT NULL,
            month date NOT NULL CONSTRAINT referral_month CHECK (date_trunc('month', month) = month),
            specialty text NOT NULL,
            referred integer NOT NULL CONSTRAINT referral_count CHECK (referred BETWEEN 0 AND 100000),
            consultations integer CONSTRAINT referral_consultations CHECK (consultations BETWEEN 0 AND 1000000),
            told_by text NOT NULL,
            told_on date NOT NULL,
            CONSTRAINT referral_once UNIQUE (facility_code, month, specialty),
            CONSTRAINT referral_of_those_seen CHECK (referred <= consultations)
        );
        CREATE INDEX referrals_list ON referrals (month, id);
        """
    )
    for table in ("cooperation_programmes", "series", "referrals"):
        protect(table)
    protect("cooperation_targets", condition="EXISTS (SELECT FROM cooperation_programmes WHERE cooperation_programmes.id = programme_id)")
    protect("series_meetings", condition="EXISTS (SELECT FROM series WHERE series.id = series_id)")
    sql(f"CREATE POLICY cooperation_from_below ON cooperation_programmes FOR SELECT TO {service_of_migration()}_app USING ({FROM_BELOW});")
    for table, path in (("agreements", "t.receiver_path"), ("missions", "t.receiver_path"), ("transfers", "t.core_path")):
        shared = OTHERS.format(path=path)
        other = f"subpath({path}, 0, -1) <> subpath(t.authority_path, 0, -1)"
        sql(f"UPDATE {table} AS t SET shared_with = ARRAY({shared} UNION SELECT unnest(t.shared_with)) WHERE {other};")  # noqa: S608 - every word of it is ours
    sql("UPDATE visits AS t SET shared_with = a.shared_with FROM agreements a WHERE a.id = t.agreement_id AND a.shared_with <> t.shared_with;")
    audit_wall_opens({"cooperation_programme": "cooperation_programmes", "series": "series", "referral": "referrals"})
