"""Exchanges between facilities of two countries: agreements with their lineage, places both ways and outputs; units that host; calls, placements, guests."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, sql
from shared.records import COLUMNS

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COUNTED = "state NOT IN ('applied', 'refused', 'cancelled')"


def upgrade() -> None:
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks.
        -- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, ban-drop-constraint
        ALTER TABLE agreements DROP CONSTRAINT agreement_model;
        ALTER TABLE agreements ADD CONSTRAINT agreement_model CHECK (model IN ('comprehensive', 'satellite', 'guidance', 'telehealth', 'exchange'));
        ALTER TABLE agreements ADD COLUMN previous_id uuid REFERENCES agreements;
        ALTER TABLE agreements ADD COLUMN funding text;
        ALTER TABLE agreements ADD COLUMN scope text[] NOT NULL DEFAULT '{{}}';
        ALTER TABLE agreements ADD CONSTRAINT agreement_previous_is_another CHECK (previous_id <> id);

        CREATE TABLE agreement_places (
            agreement_id uuid NOT NULL REFERENCES agreements ON DELETE CASCADE,
            host_code text NOT NULL,
            quota_per_year smallint NOT NULL CONSTRAINT places_quota CHECK (quota_per_year BETWEEN 0 AND 1000),
            PRIMARY KEY (agreement_id, host_code)
        );

        CREATE TABLE agreement_outputs (
            id uuid PRIMARY KEY,
            agreement_id uuid NOT NULL REFERENCES agreements,
            kind text NOT NULL CONSTRAINT output_kind CHECK (kind IN ('project', 'publication', 'seminar', 'technique', 'training', 'other')),
            title text NOT NULL,
            happened_on date NOT NULL,
            people integer CONSTRAINT output_people CHECK (people BETWEEN 0 AND 100000),
            said_by text NOT NULL,
            said_on date NOT NULL,
            CONSTRAINT output_once UNIQUE (agreement_id, kind, title)
        );

        CREATE TABLE host_units ({COLUMNS}
            facility_code text NOT NULL,
            unit text NOT NULL,
            specialty text NOT NULL,
            capacity smallint NOT NULL CONSTRAINT host_unit_capacity CHECK (capacity BETWEEN 1 AND 500),
            state text NOT NULL CONSTRAINT host_unit_state CHECK (state IN ('open', 'closed')),
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            CONSTRAINT host_unit_reference UNIQUE (authority_path, reference),
            CONSTRAINT host_unit_once UNIQUE (facility_code, unit)
        );

        CREATE TABLE exchange_calls ({COLUMNS}
            agreement_id uuid NOT NULL REFERENCES agreements,
            host_code text NOT NULL,
            home_code text NOT NULL,
            title text NOT NULL,
            field text NOT NULL,
            status_type text NOT NULL CONSTRAINT call_status_type CHECK (status_type IN ('dfms', 'dfmsa', 'stagiaire_associe', 'observer', 'student', 'teacher')),
            places smallint NOT NULL CONSTRAINT call_places CHECK (places BETWEEN 1 AND 1000),
            language text NOT NULL,
            language_level text NOT NULL CONSTRAINT call_level CHECK (language_level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
            opens_on date NOT NULL,
            closes_on date NOT NULL,
            state text NOT NULL CONSTRAINT call_state CHECK (state IN ('published', 'withdrawn')),
            published_by text NOT NULL,
            published_on date NOT NULL,
            reason text,
            CONSTRAINT exchange_call_reference UNIQUE (authority_path, reference),
            CONSTRAINT call_period CHECK (closes_on >= opens_on),
            CONSTRAINT call_withdrawn_with_reason CHECK (state <> 'withdrawn' OR reason <> '')
        );

        CREATE TABLE exchange_placements ({COLUMNS}
            agreement_id uuid REFERENCES agreements,
            call_id uuid REFERENCES exchange_calls,
            person_id uuid NOT NULL,
            person_name text,
            occupation_code text,
            home_code text NOT NULL,
            home_unit text,
            host_code text NOT NULL,
            host_path ltree NOT NULL,
            host_unit_id uuid REFERENCES host_units,
            host_unit text,
            field text NOT NULL,
            status_type text CONSTRAINT placement_status_type CHECK (status_type IN ('dfms', 'dfmsa', 'stagiaire_associe', 'observer', 'student', 'teacher')),
            language text,
            language_level text CONSTRAINT placement_level CHECK (language_level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
            purpose text NOT NULL CONSTRAINT placement_purpose CHECK (purpose IN ('return', 'migration')),
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            ended_on date,
            state text NOT NULL CONSTRAINT placement_state CHECK (state IN
                ('applied', 'refused', 'cancelled', 'selected', 'departed', 'arrived', 'ended', 'returned', 'debriefed', 'stayed')),
            from_register boolean NOT NULL DEFAULT false,
            home_pack text,
            host_pack text,
            motivation text,
            applied_by text,
            applied_on date,
            decided_by text,
            decided_on date,
            decision_reason text,
            accepted_by text,
            accepted_on date,
            hold_id uuid,
            released_by text,
            released_on date,
            departed_on date,
            arrived_on date,
            reviewed_on date,
            review text,
            interrupted boolean NOT NULL DEFAULT false,
            reason text,
            returned_on date,
            debriefed_on date,
            debrief text,
            informed_on date,
            opted_out_on date,
            today_post text,
            today_place text,
            today_on date,
            CONSTRAINT placement_reference UNIQUE (authority_path, reference),
            CONSTRAINT placement_period CHECK (ends_on >= starts_on),
            CONSTRAINT placement_two_facilities CHECK (home_code <> host_code),
            CONSTRAINT placement_decider_is_not_author CHECK (decided_by <> applied_by),
            CONSTRAINT placement_decided_with_reason CHECK (from_register OR state IN ('applied', 'cancelled') OR decision_reason <> ''),
            CONSTRAINT placement_under_agreement CHECK (from_register OR agreement_id IS NOT NULL),
            CONSTRAINT placement_stopped_with_reason CHECK (state <> 'cancelled' OR reason <> ''),
            CONSTRAINT placement_days_in_order CHECK (arrived_on >= departed_on AND returned_on >= coalesce(arrived_on, returned_on)),
            CONSTRAINT placement_opted_out_says_nothing CHECK (opted_out_on IS NULL OR num_nonnulls(today_post, today_place, today_on, person_name) = 0),
            CONSTRAINT placement_once EXCLUDE USING gist (person_id WITH =, daterange(starts_on, greatest(starts_on, coalesce(ended_on, ends_on)), '[]') WITH &&)
                WHERE (state NOT IN ('applied', 'refused', 'cancelled'))
        );
        CREATE INDEX placements_list ON exchange_placements (starts_on, id);
        CREATE INDEX placements_of_agreement ON exchange_placements (agreement_id, host_code);
        CREATE INDEX placements_in_unit ON exchange_placements (host_unit_id);
        CREATE UNIQUE INDEX placement_applied_once ON exchange_placements (call_id, person_id);

        CREATE TABLE exchange_papers (
            placement_id uuid NOT NULL REFERENCES exchange_placements ON DELETE CASCADE,
            kind text NOT NULL CONSTRAINT paper_kind CHECK (kind IN ('language', 'course', 'scholarship', 'convention', 'visa', 'insurance', 'commitment')),
            label text,
            level text CONSTRAINT paper_level CHECK (level IN ('A1', 'A2', 'B1', 'B2', 'C1', 'C2')),
            asked_on date,
            since date,
            valid_until date,
            amount bigint CONSTRAINT paper_amount CHECK (amount >= 0),
            currency text CONSTRAINT paper_currency CHECK (currency ~ '^[A-Z]{{3}}$'),
            months smallint CONSTRAINT paper_months CHECK (months BETWEEN 1 AND 600),
            said_by text NOT NULL,
            said_on date NOT NULL,
            PRIMARY KEY (placement_id, kind),
            CONSTRAINT paper_period CHECK (valid_until >= since),
            CONSTRAINT paper_money CHECK (kind <> 'scholarship' OR (num_nonnulls(amount, currency, months, label) = 4 AND amount > 0))
        );

        CREATE TABLE exchange_people (
            placement_id uuid NOT NULL REFERENCES exchange_placements ON DELETE CASCADE,
            part text NOT NULL CONSTRAINT exchange_part CHECK (part IN ('supervisor', 'replacement')),
            person_id uuid NOT NULL,
            name text NOT NULL,
            PRIMARY KEY (placement_id, part)
        );

        CREATE TABLE guest_stays ({COLUMNS}
            agreement_id uuid REFERENCES agreements,
            person_id uuid NOT NULL,
            person_name text,
            sent_by text NOT NULL,
            facility_code text NOT NULL,
            unit text,
            field text NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            may_teach_until date,
            may_practise_until date,
            permission_number text,
            permission_by text,
            state text NOT NULL CONSTRAINT guest_state CHECK (state IN ('planned', 'cancelled')),
            reason text,
            entered_by text NOT NULL,
            entered_on date NOT NULL,
            CONSTRAINT guest_reference UNIQUE (authority_path, reference),
            CONSTRAINT guest_period CHECK (ends_on >= starts_on),
            CONSTRAINT guest_permission_has_number CHECK (num_nonnulls(may_teach_until, may_practise_until) = 0 OR permission_number <> ''),
            CONSTRAINT guest_cancelled_with_reason CHECK (state <> 'cancelled' OR reason <> '')
        );
        CREATE INDEX guest_stays_list ON guest_stays (starts_on, id);

        -- Both count rows that the caller may not see: another country's people in the same unit.
        CREATE FUNCTION guard_placements() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        DECLARE
            most integer;
            upto date := greatest(NEW.starts_on, coalesce(NEW.ended_on, NEW.ends_on));
        BEGIN
            IF NEW.state IN ('applied', 'refused', 'cancelled') THEN
                RETURN NEW;
            END IF;
            IF NEW.agreement_id IS NOT NULL THEN
                SELECT quota_per_year INTO most FROM agreement_places WHERE agreement_id = NEW.agreement_id AND host_code = NEW.host_code FOR UPDATE;
                IF coalesce(most, 0) <= (SELECT count(*) FROM exchange_placements p WHERE p.agreement_id = NEW.agreement_id AND p.host_code = NEW.host_code AND p.id <> NEW.id
                        AND p.{COUNTED} AND extract(year FROM p.starts_on) = extract(year FROM NEW.starts_on)) THEN
                    RAISE EXCEPTION 'more placements than the quota of the year' USING ERRCODE = '23514', CONSTRAINT = 'placement_within_quota';
                END IF;
            END IF;
            IF NEW.host_unit_id IS NOT NULL THEN
                SELECT capacity INTO most FROM host_units WHERE id = NEW.host_unit_id FOR UPDATE;
                IF EXISTS (
                    WITH others AS MATERIALIZED (
                        SELECT p.starts_on, greatest(p.starts_on, coalesce(p.ended_on, p.ends_on)) AS last FROM exchange_placements p
                        WHERE p.host_unit_id = NEW.host_unit_id AND p.id <> NEW.id AND p.{COUNTED}
                    ), turning AS (SELECT NEW.starts_on AS day UNION SELECT starts_on FROM others WHERE starts_on BETWEEN NEW.starts_on AND upto)
                    SELECT FROM turning t WHERE (SELECT count(*) FROM others o WHERE t.day BETWEEN o.starts_on AND o.last) >= most
                ) THEN
                    RAISE EXCEPTION 'more people in a unit than it can host' USING ERRCODE = '23514', CONSTRAINT = 'placement_within_capacity';
                END IF;
            END IF;
            IF NEW.state IN ('departed', 'arrived') AND EXISTS (
                SELECT FROM (VALUES ('visa'), ('insurance')) AS needed (kind)
                LEFT JOIN exchange_papers p ON p.placement_id = NEW.id AND p.kind = needed.kind WHERE coalesce(p.valid_until, '-infinity') < NEW.ends_on
            ) THEN
                RAISE EXCEPTION 'a stay beyond its visa or its insurance' USING ERRCODE = '23514', CONSTRAINT = 'placement_within_papers';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER guard_placements BEFORE INSERT OR UPDATE OF state, starts_on, ends_on, ended_on, host_unit_id, agreement_id, host_code ON exchange_placements
            FOR EACH ROW EXECUTE FUNCTION guard_placements();

        CREATE FUNCTION guard_papers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
        BEGIN
            IF NEW.kind IN ('visa', 'insurance') AND EXISTS (
                SELECT FROM exchange_placements p WHERE p.id = NEW.placement_id AND p.state IN ('departed', 'arrived') AND coalesce(NEW.valid_until, '-infinity') < p.ends_on
            ) THEN
                RAISE EXCEPTION 'a stay beyond its visa or its insurance' USING ERRCODE = '23514', CONSTRAINT = 'placement_within_papers';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER guard_papers BEFORE INSERT OR UPDATE ON exchange_papers FOR EACH ROW EXECUTE FUNCTION guard_papers();
        """  # noqa: S608 - every word of it is ours
    )
    for table in ("agreement_places", "agreement_outputs"):
        protect(table, condition="EXISTS (SELECT FROM agreements WHERE agreements.id = agreement_id)")
    for table in ("host_units", "exchange_calls", "exchange_placements", "guest_stays"):
        protect(table)
    for table in ("exchange_papers", "exchange_people"):
        protect(table, condition="EXISTS (SELECT FROM exchange_placements WHERE exchange_placements.id = placement_id)")
    audit_wall_opens({"host_unit": "host_units", "exchange_call": "exchange_calls", "placement": "exchange_placements", "guest_stay": "guest_stays"})
