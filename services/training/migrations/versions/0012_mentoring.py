"""The mentoring logbook: acts that are taught, who teaches whom and on which ground, what each was found able to do, and what a facility needs."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FROM_BELOW = "authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE mentoring_acts ({COLUMNS}
            state text NOT NULL CONSTRAINT mentoring_act_state CHECK (state IN ('open')),
            authority text NOT NULL,
            code text NOT NULL,
            title text NOT NULL,
            kind text NOT NULL CONSTRAINT mentoring_act_kind CHECK (kind IN ('clinical', 'para_clinical', 'emergency')),
            specialty text NOT NULL,
            protocol_version text,
            published_by text NOT NULL,
            published_on date NOT NULL,
            CONSTRAINT mentoring_act_reference UNIQUE (authority_path, reference),
            CONSTRAINT mentoring_act_code UNIQUE (authority_path, code)
        );
        CREATE INDEX mentoring_acts_list ON mentoring_acts (code, id);

        -- Agreements between facilities as rotation tells them: one of the two grounds on which people of another facility teach.
        CREATE TABLE heard_agreements (
            id uuid PRIMARY KEY,
            giver_code text NOT NULL,
            receiver_code text NOT NULL,
            state text NOT NULL,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL
        );

        CREATE TABLE mentorships ({COLUMNS}
            state text NOT NULL CONSTRAINT mentorship_state CHECK (state IN ('active', 'ended')),
            facility_code text NOT NULL,
            mentor_facility text NOT NULL,
            mentor_path ltree NOT NULL,
            agreement_id uuid,
            session_id uuid REFERENCES sessions,
            starts_on date NOT NULL,
            ends_on date NOT NULL,
            rule_pack text NOT NULL,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            ended_on date,
            reason text,
            CONSTRAINT mentorship_reference UNIQUE (authority_path, reference),
            CONSTRAINT mentorship_period CHECK (ends_on >= starts_on),
            CONSTRAINT mentorship_rests_on_a_relation CHECK (facility_code = mentor_facility OR num_nonnulls(agreement_id, session_id) = 1),
            CONSTRAINT mentorship_ended_with_reason CHECK ((state = 'ended') = (ended_on IS NOT NULL AND reason <> ''))
        );
        CREATE INDEX mentorships_list ON mentorships (starts_on, id);
        CREATE INDEX mentorships_of_facility ON mentorships (facility_code);

        -- Who teaches and who learns. The name is told by the side that employs them: the other side reads it here and nowhere else.
        CREATE TABLE mentorship_people (
            mentorship_id uuid NOT NULL REFERENCES mentorships ON DELETE CASCADE,
            person_id uuid NOT NULL,
            part text NOT NULL CONSTRAINT mentorship_part CHECK (part IN ('mentor', 'mentee')),
            name text NOT NULL,
            occupation_code text NOT NULL,
            named_by text NOT NULL,
            named_on date NOT NULL,
            left_on date,
            PRIMARY KEY (mentorship_id, person_id)
        );
        CREATE INDEX mentorship_people_person ON mentorship_people (person_id);

        CREATE TABLE mentorship_acts (
            mentorship_id uuid NOT NULL REFERENCES mentorships ON DELETE CASCADE,
            code text NOT NULL,
            title text NOT NULL,
            kind text NOT NULL,
            protocol_version text,
            PRIMARY KEY (mentorship_id, code)
        );

        CREATE TABLE mentoring_entries ({COLUMNS}
            state text NOT NULL CONSTRAINT mentoring_entry_state CHECK (state IN ('recorded', 'attested', 'struck')),
            mentorship_id uuid REFERENCES mentorships,
            agreement_id uuid,
            session_id uuid,
            facility_code text NOT NULL,
            person_id uuid NOT NULL,
            act text NOT NULL,
            act_title text NOT NULL,
            act_kind text NOT NULL,
            protocol_version text,
            level smallint NOT NULL CONSTRAINT entry_level CHECK (level BETWEEN 1 AND 5),
            found_on date NOT NULL,
            place text NOT NULL,
            mentor_id uuid,
            second_assessor_id uuid,
            assessors_at smallint NOT NULL,
            reassessment text,
            feedback text,
            recorded_by text NOT NULL,
            recorded_on date NOT NULL,
            attested_by text,
            attested_on date,
            struck_by text,
            struck_on date,
            struck_reason text,
            CONSTRAINT entry_reference UNIQUE (authority_path, reference),
            CONSTRAINT entry_taught_or_attested CHECK ((mentor_id IS NULL) = (mentorship_id IS NULL)),
            CONSTRAINT entry_without_mentor_is_attested CHECK (mentor_id IS NOT NULL OR state <> 'recorded'),
            CONSTRAINT entry_second_assessor CHECK (mentor_id IS NULL OR level < 4 OR second_assessor_id IS NOT NULL),
            CONSTRAINT entry_two_assessors CHECK (mentor_id <> second_assessor_id),
            CONSTRAINT entry_not_of_oneself CHECK (mentor_id <> person_id AND second_assessor_id <> person_id),
            CONSTRAINT entry_attested_is_dated CHECK (state <> 'attested' OR (attested_by IS NOT NULL AND attested_on IS NOT NULL)),
            CONSTRAINT entry_attestor_is_another CHECK (mentor_id IS NULL OR attested_by <> recorded_by),
            CONSTRAINT entry_reassessment_says_why CHECK (reassessment <> ''),
            CONSTRAINT entry_struck_with_reason CHECK (state <> 'struck' OR (struck_by IS NOT NULL AND struck_on IS NOT NULL AND struck_reason <> ''))
        );
        CREATE UNIQUE INDEX entry_once_a_day ON mentoring_entries (person_id, act, found_on) WHERE state <> 'struck';
        CREATE INDEX mentoring_entries_list ON mentoring_entries (found_on, id);
        CREATE INDEX mentoring_entries_of_mentorship ON mentoring_entries (mentorship_id, found_on);
        CREATE INDEX mentoring_entries_of_facility ON mentoring_entries (facility_code, found_on);

        CREATE TABLE mentoring_targets ({COLUMNS}
            state text NOT NULL CONSTRAINT mentoring_target_state CHECK (state IN ('active')),
            facility_code text NOT NULL,
            act text NOT NULL,
            act_title text NOT NULL,
            occupation_code text NOT NULL DEFAULT '',
            level smallint NOT NULL CONSTRAINT mentoring_target_level CHECK (level BETWEEN 1 AND 5),
            since date NOT NULL,
            set_by text NOT NULL,
            CONSTRAINT mentoring_target_reference UNIQUE (authority_path, reference),
            CONSTRAINT mentoring_target_once UNIQUE (facility_code, act, occupation_code, since)
        );
        """
    )
    for table in ("mentoring_acts", "heard_agreements", "mentorships", "mentoring_entries", "mentoring_targets"):
        protect(table)
    for table in ("mentorship_people", "mentorship_acts"):
        protect(table, condition="EXISTS (SELECT FROM mentorships WHERE mentorships.id = mentorship_id)")
    sql(f"CREATE POLICY mentoring_acts_from_below ON mentoring_acts FOR SELECT TO {service}_app USING (state = 'open' AND {FROM_BELOW});")
    sql(
        """
        -- As the owner: what assessors of another authority are able to do is asked by those who write down what they found, and told to nobody.
        CREATE FUNCTION levels_found(persons uuid[], acts text[], day date) RETURNS TABLE (person_id uuid, act text, level smallint, found_on date)
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT DISTINCT ON (e.person_id, e.act) e.person_id, e.act, e.level, e.found_on FROM mentoring_entries e
            WHERE e.person_id = ANY (persons) AND e.act = ANY (acts) AND e.found_on <= day AND e.state <> 'struck' ORDER BY e.person_id, e.act, e.found_on DESC
        $$;
        -- A level never falls silently, and nobody finds others able to do what they are not able to do themselves; entries of others count too, wherever they work.
        CREATE FUNCTION guard_mentoring_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            before smallint;
            after mentoring_entries%ROWTYPE;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended(NEW.person_id::text || NEW.act, 2));
            SELECT e.level INTO before FROM mentoring_entries e WHERE e.person_id = NEW.person_id AND e.act = NEW.act AND e.state <> 'struck' AND e.id <> NEW.id
                AND e.found_on < NEW.found_on ORDER BY e.found_on DESC LIMIT 1;
            SELECT e.* INTO after FROM mentoring_entries e WHERE e.person_id = NEW.person_id AND e.act = NEW.act AND e.state <> 'struck' AND e.id <> NEW.id
                AND e.found_on > NEW.found_on ORDER BY e.found_on LIMIT 1;
            IF NEW.state <> 'struck' AND before > NEW.level AND NEW.reassessment IS NULL THEN
                RAISE EXCEPTION 'a level falls without a re-assessment' USING ERRCODE = '23514', CONSTRAINT = 'entry_level_falls';
            END IF;
            IF after.reassessment IS NULL AND after.level < (CASE NEW.state WHEN 'struck' THEN before ELSE NEW.level END) THEN
                RAISE EXCEPTION 'a later level would fall without a re-assessment' USING ERRCODE = '23514', CONSTRAINT = 'entry_level_falls_later';
            END IF;
            IF TG_OP = 'INSERT' AND NEW.mentor_id IS NOT NULL AND EXISTS (
                SELECT FROM unnest(array_remove(ARRAY[NEW.mentor_id, NEW.second_assessor_id], NULL)) AS assessor
                WHERE coalesce((SELECT f.level FROM levels_found(ARRAY[assessor], ARRAY[NEW.act], NEW.found_on) f), 0) < NEW.assessors_at
            ) THEN
                RAISE EXCEPTION 'whoever assesses is not at the level themselves' USING ERRCODE = '23514', CONSTRAINT = 'entry_assessor_at_level';
            END IF;
            RETURN NEW;
        END
        $$;
        CREATE TRIGGER mentoring_entries_are_sound BEFORE INSERT OR UPDATE OF state, level, found_on ON mentoring_entries FOR EACH ROW EXECUTE FUNCTION guard_mentoring_entries();
        """
    )
    sql("REVOKE EXECUTE ON FUNCTION levels_found FROM PUBLIC;")
    sql(f"GRANT EXECUTE ON FUNCTION levels_found TO {service}_app, {service}_worker;")
    audit_wall_opens({"mentoring_act": "mentoring_acts", "mentorship": "mentorships", "mentoring_entry": "mentoring_entries", "mentoring_target": "mentoring_targets"})
