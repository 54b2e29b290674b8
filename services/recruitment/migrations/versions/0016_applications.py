"""What is published for everybody to read, and who applied for it: once for several employers, each with the candidate's own consent, with papers and every step."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import VISIBLE, protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OF_APPLICATION = "EXISTS (SELECT FROM applications a WHERE a.id = application_id)"

OF_NO_OTHER_EMPLOYER = "(choice_id IS NULL OR EXISTS (SELECT FROM application_choices c WHERE c.id = choice_id))"


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        -- A service starts after its migrations: nobody waits for these locks, and every row there is keeps what the new constraints ask.
        -- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, disallowed-unique-constraint, require-concurrent-index-creation, ban-drop-constraint
        CREATE TABLE vacancies ({COLUMNS}
            need_id uuid NOT NULL REFERENCES needs,
            pool_id uuid REFERENCES pools,
            campaign_id uuid REFERENCES campaigns,
            facility_code text NOT NULL,
            occupation_code text NOT NULL,
            title text NOT NULL,
            employer text NOT NULL,
            place text NOT NULL,
            area_code text NOT NULL,
            words text NOT NULL,
            seats smallint NOT NULL CONSTRAINT vacancy_seats_positive CHECK (seats > 0),
            about text NOT NULL,
            contract text,
            hours text,
            pay text,
            starts_from date,
            housing text,
            childcare text,
            transport text,
            opens_on date NOT NULL,
            closes_on date NOT NULL,
            published_by text NOT NULL,
            published_on date NOT NULL,
            withdrawn_on date,
            withdrawal_reason text,
            state text NOT NULL CONSTRAINT vacancy_state CHECK (state IN ('published', 'withdrawn')),
            CONSTRAINT vacancy_reference UNIQUE (authority_path, reference),
            CONSTRAINT vacancy_period CHECK (closes_on >= opens_on),
            CONSTRAINT vacancy_withdrawn_says_why CHECK ((state = 'withdrawn') = (withdrawn_on IS NOT NULL AND withdrawal_reason IS NOT NULL AND withdrawal_reason <> ''))
        );
        CREATE UNIQUE INDEX vacancy_once ON vacancies (need_id) WHERE state = 'published';
        CREATE INDEX vacancies_list ON vacancies (published_on, id);
        CREATE INDEX vacancies_of_pool ON vacancies (pool_id);
        CREATE INDEX vacancies_of_campaign ON vacancies (campaign_id);

        CREATE TABLE applications ({COLUMNS}
            person_id uuid NOT NULL,
            pool_id uuid REFERENCES pools,
            occupation_code text NOT NULL,
            degree text NOT NULL,
            experience text NOT NULL CONSTRAINT application_experience CHECK (experience IN ('experienced', 'new_graduate')),
            left_public_sector boolean NOT NULL,
            available_from date NOT NULL,
            message text,
            wishes text[] NOT NULL DEFAULT '{{}}' CONSTRAINT application_wishes CHECK (wishes <@ '{{housing,childcare,mobility}}'),
            language text NOT NULL,
            submitted_on date NOT NULL,
            ended_on date,
            key_hash bytea CONSTRAINT application_key UNIQUE,
            key_expires_on date,
            state text NOT NULL CONSTRAINT application_state CHECK (state IN ('open', 'withdrawn', 'ended')),
            CONSTRAINT application_reference UNIQUE (authority_path, reference),
            CONSTRAINT application_ended CHECK ((state = 'open') = (ended_on IS NULL)),
            CONSTRAINT application_key_expires CHECK ((key_hash IS NULL) = (key_expires_on IS NULL))
        );
        CREATE INDEX applications_list ON applications (submitted_on, id);
        CREATE INDEX applications_of_person ON applications (person_id);
        CREATE INDEX applications_of_pool ON applications (pool_id);

        CREATE TABLE application_choices ({COLUMNS}
            application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
            vacancy_id uuid NOT NULL REFERENCES vacancies,
            need_id uuid NOT NULL REFERENCES needs,
            facility_code text NOT NULL,
            candidacy_id uuid REFERENCES candidacies,
            consented_on date NOT NULL,
            consent_withdrawn_on date,
            moved_on date NOT NULL,
            reason text,
            state text NOT NULL CONSTRAINT application_choice_state CHECK (state IN ('received', 'read', 'interview', 'kept', 'not_kept', 'withdrawn')),
            CONSTRAINT application_choice_once UNIQUE (application_id, vacancy_id),
            CONSTRAINT application_choice_not_kept_says_why CHECK (state <> 'not_kept' OR reason <> ''),
            CONSTRAINT application_choice_needs_consent CHECK (consent_withdrawn_on IS NULL OR state IN ('withdrawn', 'not_kept', 'kept')),
            CONSTRAINT application_consent_withdrawn_after_it_was_given CHECK (consent_withdrawn_on >= consented_on)
        );
        CREATE INDEX application_choices_of_vacancy ON application_choices (vacancy_id);
        CREATE INDEX application_choices_of_need ON application_choices (need_id);
        CREATE INDEX application_choices_of_candidacy ON application_choices (candidacy_id);

        CREATE TABLE application_steps (
            id uuid PRIMARY KEY,
            application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
            choice_id uuid REFERENCES application_choices ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            what text NOT NULL,
            done_on date NOT NULL,
            done_by text NOT NULL,
            note text
        );
        CREATE INDEX application_steps_of_application ON application_steps (application_id, done_on, id);
        CREATE INDEX application_steps_of_choice ON application_steps (choice_id);

        CREATE TABLE application_files (
            id uuid PRIMARY KEY,
            application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
            person_id uuid NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            paper text NOT NULL CONSTRAINT application_file_paper CHECK (paper IN ('cv', 'diploma', 'letter', 'other')),
            sha256 text,
            size bigint NOT NULL,
            kind text NOT NULL,
            added_on date NOT NULL
        );
        CREATE INDEX application_files_of_application ON application_files (application_id);
        CREATE INDEX application_files_of_person ON application_files (person_id);
        CREATE INDEX application_files_named ON application_files (sha256);

        -- What no row names any more is destroyed on the disk by the worker, whoever took the name away.
        CREATE TABLE discarded_files (sha256 text PRIMARY KEY);
        CREATE FUNCTION discard_application_files() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            IF OLD.sha256 IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.sha256 IS DISTINCT FROM OLD.sha256) THEN
                INSERT INTO discarded_files VALUES (OLD.sha256) ON CONFLICT DO NOTHING;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER discard_application_files AFTER UPDATE OR DELETE ON application_files FOR EACH ROW EXECUTE FUNCTION discard_application_files();

        -- The candidate's own consents say which employers see the application, its steps and its papers; nobody writes that by hand.
        CREATE FUNCTION show_application_as_consented() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE applications SET version = version + 1, shared_with = coalesce((
                SELECT array_agg(DISTINCT c.facility_code ORDER BY c.facility_code) FROM application_choices c
                WHERE c.application_id = NEW.application_id AND c.consent_withdrawn_on IS NULL), '{{}}')
            WHERE id = NEW.application_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER show_application_as_consented AFTER INSERT OR UPDATE OF consent_withdrawn_on ON application_choices FOR EACH ROW EXECUTE FUNCTION show_application_as_consented();

        -- As the owner, because whoever holds the key has not signed in: the key opens its own application and nothing else, until its last day.
        CREATE FUNCTION application_of_key(hashed bytea, day date) RETURNS TABLE (id uuid, path text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT a.id, a.authority_path::text FROM applications a WHERE a.key_hash = hashed AND a.key_expires_on >= day
        $$;
        REVOKE EXECUTE ON FUNCTION application_of_key FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION application_of_key TO {service}_app, {service}_worker;

        -- As the owner, because it is for whoever has an account that HR linked to the person, and no relation with any employer.
        CREATE FUNCTION applications_of_person(person uuid) RETURNS TABLE (id uuid, path text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT a.id, a.authority_path::text FROM applications a WHERE a.person_id = person ORDER BY a.submitted_on DESC, a.id
        $$;
        REVOKE EXECUTE ON FUNCTION applications_of_person FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION applications_of_person TO {service}_app, {service}_worker;

        -- As the owner, because an employer sees nothing of the others: whether anybody has the application before them still, and never who.
        CREATE FUNCTION application_is_running(application uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM application_choices c WHERE c.application_id = application AND c.state NOT IN ('not_kept', 'withdrawn'))
        $$;
        REVOKE EXECUTE ON FUNCTION application_is_running FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION application_is_running TO {service}_app, {service}_worker;

        -- As the owner, for the same reason: whether the person has another application that is open.
        CREATE FUNCTION candidate_has_another(person uuid, beside uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM applications a WHERE a.person_id = person AND a.id <> beside AND a.state = 'open')
        $$;
        REVOKE EXECUTE ON FUNCTION candidate_has_another FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION candidate_has_another TO {service}_app, {service}_worker;

        -- One call, several employers: whoever applies on the site is a candidate of each whom they chose.
        ALTER TABLE candidacies ADD COLUMN application_id uuid REFERENCES applications,
            DROP CONSTRAINT candidacy_once_per_campaign,
            DROP CONSTRAINT candidacy_decided_by_a_person,
            ADD CONSTRAINT candidacy_decided_by_a_person CHECK (state = 'withdrawn' OR (state = 'submitted') = (decided_by IS NULL AND decided_on IS NULL AND criteria IS NULL)),
            DROP CONSTRAINT candidacy_state,
            ADD CONSTRAINT candidacy_state CHECK (state IN ('submitted', 'eligible', 'ineligible', 'withdrawn'));
        CREATE UNIQUE INDEX candidacy_once_per_campaign ON candidacies (campaign_id, person_id) WHERE application_id IS NULL;
        CREATE UNIQUE INDEX candidacy_once_per_need ON candidacies (campaign_id, person_id, need_id);
        CREATE INDEX candidacies_of_application ON candidacies (application_id);
        """  # noqa: S608
    )
    protect("vacancies")
    sql(f"CREATE POLICY vacancies_published ON vacancies FOR SELECT TO {service}_app USING (state = 'published');")  # noqa: S608
    protect("applications")
    protect("application_choices", condition=f"({VISIBLE}) AND {OF_APPLICATION}")
    protect("application_files")
    sql(f"CREATE POLICY application_files_of_application ON application_files FOR SELECT TO {service}_app USING ({OF_APPLICATION});")  # noqa: S608
    protect("application_steps")
    sql(f"CREATE POLICY application_steps_of_application ON application_steps FOR SELECT TO {service}_app USING ({OF_APPLICATION} AND {OF_NO_OTHER_EMPLOYER});")  # noqa: S608
    sql(
        f"""
        ALTER TABLE discarded_files ENABLE ROW LEVEL SECURITY;
        ALTER TABLE discarded_files FORCE ROW LEVEL SECURITY;
        CREATE POLICY discarded_files_worker ON discarded_files TO {service}_worker, {service}_owner USING (true) WITH CHECK (true);
        REVOKE ALL ON discarded_files FROM {service}_app;
        """
    )
    audit_wall_opens({"vacancy": "vacancies", "application": "applications"})
