"""Contests: what is opened, the jury, the applications, numbers instead of names until the marks are closed, rankings that are kept, results and who moves up."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import VISIBLE, protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FROM_BELOW = "state <> 'draft' AND authority_path @> ANY (nullif(current_setting('relais.scope', true), '')::ltree[])"
PARTS = ("contest_lots", "contest_papers", "contest_members", "contest_conflicts", "contest_scripts", "contest_marks", "contest_rankings", "contest_results")


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE contests ({COLUMNS}
            campaign_id uuid NOT NULL CONSTRAINT contest_of_one_campaign UNIQUE REFERENCES campaigns,
            code text NOT NULL,
            title text NOT NULL,
            authority text NOT NULL,
            grade text NOT NULL,
            opening_decision text NOT NULL,
            rule_pack text NOT NULL,
            exam_on date NOT NULL,
            posts integer NOT NULL CONSTRAINT contest_posts_positive CHECK (posts > 0),
            scale numeric NOT NULL CONSTRAINT contest_scale_positive CHECK (scale > 0),
            drafted_by text NOT NULL,
            drafted_on date NOT NULL,
            published_by text,
            published_on date,
            listed_by text,
            listed_on date,
            numbered_by text,
            numbered_on date,
            closed_by text,
            closed_on date,
            lifted_by text,
            lifted_on date,
            results_by text,
            results_on date,
            list_valid_until date,
            state text NOT NULL CONSTRAINT contest_state CHECK (state IN ('draft', 'published', 'listed', 'numbered', 'marks_closed', 'anonymity_lifted', 'ranked', 'results')),
            CONSTRAINT contest_reference UNIQUE (authority_path, reference),
            CONSTRAINT contest_code UNIQUE (authority_path, code),
            CONSTRAINT contest_lifted_after_marks CHECK (lifted_on IS NULL OR closed_on IS NOT NULL),
            CONSTRAINT contest_results_after_lifting CHECK (results_on IS NULL OR (lifted_on IS NOT NULL AND list_valid_until >= results_on))
        );
        CREATE INDEX contests_list ON contests (exam_on, id);

        CREATE TABLE contest_lots (
            id uuid PRIMARY KEY,
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            region text NOT NULL,
            occupation_code text NOT NULL,
            posts integer NOT NULL CONSTRAINT contest_lot_posts_positive CHECK (posts > 0),
            need_ids uuid[] NOT NULL,
            CONSTRAINT contest_lot_once UNIQUE (contest_id, region, occupation_code)
        );

        CREATE TABLE contest_papers (
            id uuid PRIMARY KEY,
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            position smallint NOT NULL,
            code text NOT NULL,
            title text NOT NULL,
            kind text NOT NULL CONSTRAINT contest_paper_kind CHECK (kind IN ('written', 'practical', 'oral')),
            minutes smallint NOT NULL CONSTRAINT contest_paper_minutes CHECK (minutes > 0),
            coefficient numeric NOT NULL CONSTRAINT contest_paper_coefficient CHECK (coefficient > 0),
            double_marked boolean NOT NULL,
            CONSTRAINT contest_paper_once UNIQUE (contest_id, code)
        );

        CREATE TABLE contest_members (
            id uuid PRIMARY KEY,
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            account text NOT NULL,
            title text NOT NULL,
            role text NOT NULL CONSTRAINT contest_member_role CHECK (role IN ('chair', 'member')),
            named_by text NOT NULL,
            named_on date NOT NULL,
            CONSTRAINT contest_member_once UNIQUE (contest_id, account),
            CONSTRAINT contest_member_named_by_another CHECK (account <> named_by)
        );
        CREATE UNIQUE INDEX contest_one_chair ON contest_members (contest_id) WHERE role = 'chair';

        CREATE TABLE contest_applications ({COLUMNS}
            contest_id uuid NOT NULL REFERENCES contests,
            lot_id uuid NOT NULL REFERENCES contest_lots,
            person_id uuid NOT NULL,
            occupation_code text NOT NULL,
            degree text NOT NULL,
            experience text NOT NULL CONSTRAINT contest_application_experience CHECK (experience IN ('experienced', 'new_graduate')),
            age smallint,
            quota text,
            priority text,
            choices uuid[] NOT NULL DEFAULT '{{}}',
            documents text[] NOT NULL DEFAULT '{{}}',
            serving boolean NOT NULL DEFAULT false,
            authorised boolean NOT NULL DEFAULT false,
            submitted_by text NOT NULL,
            submitted_on date NOT NULL,
            decided_by text,
            decided_on date,
            quota_proven boolean NOT NULL DEFAULT false,
            priority_proven boolean NOT NULL DEFAULT false,
            reason text,
            appealed_on date,
            appeal text,
            answered_by text,
            answered_on date,
            answer text,
            withdrawn_on date,
            state text NOT NULL CONSTRAINT contest_application_state CHECK (state IN ('submitted', 'admitted', 'inadmissible', 'appealed', 'dismissed', 'withdrawn')),
            CONSTRAINT contest_application_reference UNIQUE (authority_path, reference),
            CONSTRAINT contest_application_once UNIQUE (contest_id, person_id),
            CONSTRAINT contest_application_refused_with_reasons CHECK (state NOT IN ('inadmissible', 'appealed') OR reason <> ''),
            CONSTRAINT contest_appeal_answered_by_another CHECK (answered_by <> decided_by)
        );
        CREATE INDEX contest_applications_list ON contest_applications (submitted_on, id);
        CREATE INDEX contest_applications_of_person ON contest_applications (person_id);
        CREATE INDEX contest_applications_of_lot ON contest_applications (lot_id);

        CREATE TABLE contest_conflicts (
            id uuid PRIMARY KEY,
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            member_id uuid NOT NULL REFERENCES contest_members ON DELETE CASCADE,
            application_id uuid NOT NULL REFERENCES contest_applications,
            ground text NOT NULL CONSTRAINT contest_conflict_ground CHECK (ground IN ('family', 'hierarchy', 'household', 'business')),
            declared_on date NOT NULL,
            recorded_by text NOT NULL,
            CONSTRAINT contest_conflict_once UNIQUE (member_id, application_id)
        );
        CREATE INDEX contest_conflicts_of_application ON contest_conflicts (application_id);

        -- Which number is whose: nobody reads it before the chair has lifted the anonymity, whatever the code asks.
        CREATE TABLE contest_numbers (
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            number text NOT NULL,
            application_id uuid NOT NULL CONSTRAINT contest_number_once UNIQUE REFERENCES contest_applications,
            PRIMARY KEY (contest_id, number)
        );

        CREATE TABLE contest_scripts (
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            number text NOT NULL,
            PRIMARY KEY (contest_id, number)
        );

        CREATE TABLE contest_marks (
            id uuid PRIMARY KEY,
            contest_id uuid NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            number text NOT NULL,
            paper_id uuid NOT NULL REFERENCES contest_papers,
            member_id uuid NOT NULL REFERENCES contest_members,
            mark numeric,
            entered_on date NOT NULL,
            CONSTRAINT contest_mark_of_a_script FOREIGN KEY (contest_id, number) REFERENCES contest_scripts,
            CONSTRAINT contest_mark_once UNIQUE (paper_id, number, member_id),
            CONSTRAINT contest_mark_out_of_scale CHECK (mark >= 0)
        );
        CREATE INDEX contest_marks_of_contest ON contest_marks (contest_id, number);
        CREATE INDEX contest_marks_of_member ON contest_marks (member_id);

        CREATE TABLE contest_rankings (
            id uuid PRIMARY KEY,
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            lot_id uuid NOT NULL REFERENCES contest_lots,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            revision smallint NOT NULL,
            inputs jsonb NOT NULL,
            result jsonb NOT NULL,
            undecided jsonb NOT NULL,
            reason text,
            computed_by text NOT NULL,
            computed_on date NOT NULL,
            CONSTRAINT contest_ranking_revision UNIQUE (lot_id, revision)
        );

        CREATE TABLE contest_results (
            application_id uuid PRIMARY KEY REFERENCES contest_applications,
            contest_id uuid NOT NULL REFERENCES contests ON DELETE CASCADE,
            lot_id uuid NOT NULL REFERENCES contest_lots,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            number text NOT NULL,
            outcome text NOT NULL CONSTRAINT contest_result_outcome CHECK (outcome IN ('selected', 'waiting', 'eliminated', 'below', 'absent', 'left')),
            rank integer,
            list text,
            waiting integer,
            average numeric,
            total numeric,
            paper text,
            tie text,
            choice smallint,
            need_id uuid REFERENCES needs,
            candidacy_id uuid REFERENCES candidacies,
            called_on date,
            left_on date,
            left_why text,
            CONSTRAINT contest_result_number UNIQUE (contest_id, number),
            CONSTRAINT contest_result_selected_has_a_place CHECK (outcome <> 'selected' OR need_id IS NOT NULL),
            CONSTRAINT contest_result_left_says_why CHECK ((outcome = 'left') = (left_on IS NOT NULL AND left_why IS NOT NULL))
        );
        CREATE INDEX contest_results_list ON contest_results (lot_id, rank, number);
        CREATE INDEX contest_results_of_candidacy ON contest_results (candidacy_id);

        -- As the owner, because the numbers are sealed for everybody else: who declared a conflict with a candidate marks no script of theirs.
        CREATE FUNCTION guard_contest_marks() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            contest contests;
            row contest_marks := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        BEGIN
            SELECT * INTO contest FROM contests WHERE id = row.contest_id FOR SHARE;
            IF contest.state <> 'numbered' THEN
                RAISE EXCEPTION 'marks are closed' USING ERRCODE = '23514', CONSTRAINT = 'contest_marks_closed';
            END IF;
            IF row.mark > contest.scale THEN
                RAISE EXCEPTION 'out of scale' USING ERRCODE = '23514', CONSTRAINT = 'contest_mark_out_of_scale';
            END IF;
            IF EXISTS (SELECT FROM contest_conflicts c JOIN contest_numbers n ON n.application_id = c.application_id
                       WHERE c.member_id = row.member_id AND n.contest_id = row.contest_id AND n.number = row.number) THEN
                RAISE EXCEPTION 'conflict' USING ERRCODE = '23514', CONSTRAINT = 'contest_marker_in_conflict';
            END IF;
            RETURN row;
        END $$;
        CREATE TRIGGER guard_contest_marks BEFORE INSERT OR UPDATE OR DELETE ON contest_marks FOR EACH ROW EXECUTE FUNCTION guard_contest_marks();

        -- Which scripts a member may not see: the same, without saying whose they are.
        CREATE FUNCTION scripts_in_conflict(member uuid) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT n.number FROM contest_conflicts c JOIN contest_numbers n ON n.application_id = c.application_id WHERE c.member_id = member
        $$;
        REVOKE EXECUTE ON FUNCTION scripts_in_conflict FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION scripts_in_conflict TO {service}_app, {service}_worker;

        -- An application that comes after the last day is not one, whatever the code says.
        CREATE FUNCTION guard_contest_applications() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM contests t JOIN campaigns c ON c.id = t.campaign_id WHERE t.id = NEW.contest_id AND NOT NEW.submitted_on BETWEEN c.opens_on AND c.closes_on) THEN
                RAISE EXCEPTION 'late' USING ERRCODE = '23514', CONSTRAINT = 'contest_application_in_time';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER guard_contest_applications BEFORE INSERT ON contest_applications FOR EACH ROW EXECUTE FUNCTION guard_contest_applications();
        """  # noqa: S608
    )
    for table in ("contests", "contest_applications", *PARTS):
        protect(table)
    for table in ("contest_lots", "contest_papers"):
        sql(f"CREATE POLICY {table}_from_below ON {table} FOR SELECT TO {service}_app USING (EXISTS (SELECT FROM contests c WHERE c.id = contest_id));")  # noqa: S608
    sql(
        f"""
        CREATE POLICY contests_from_below ON contests FOR SELECT TO {service}_app USING ({FROM_BELOW});
        ALTER TABLE contest_numbers ENABLE ROW LEVEL SECURITY;
        ALTER TABLE contest_numbers FORCE ROW LEVEL SECURITY;
        CREATE POLICY contest_numbers_read ON contest_numbers FOR SELECT TO {service}_app
            USING (({VISIBLE}) AND EXISTS (SELECT FROM contests c WHERE c.id = contest_id AND c.lifted_on IS NOT NULL));
        CREATE POLICY contest_numbers_insert ON contest_numbers FOR INSERT TO {service}_app WITH CHECK ({VISIBLE});
        CREATE POLICY contest_numbers_worker ON contest_numbers TO {service}_worker, {service}_owner USING (true) WITH CHECK (true);
        """  # noqa: S608
    )
    audit_wall_opens({"contest": "contests", "contest_application": "contest_applications"})
