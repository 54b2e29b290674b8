"""Sessions whose trainers come from another authority, and skills that are assessed one by one before and after."""

# squawk-ignore-file constraint-missing-not-valid: a service starts after its migrations, nobody waits for these locks

from shared.migrate import protect, sql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    sql(
        """
        ALTER TABLE sessions ADD COLUMN trainer_facilities text[] NOT NULL DEFAULT '{}';
        -- Told by the side that employs the person, for trainers of another authority, who read it nowhere else.
        ALTER TABLE enrolments ADD COLUMN name text;

        CREATE TABLE session_trainers (
            session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            name text NOT NULL,
            named_by text NOT NULL,
            named_on date NOT NULL,
            PRIMARY KEY (session_id, person_id)
        );

        CREATE TABLE session_skills (
            session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
            act text NOT NULL,
            title text NOT NULL,
            kind text NOT NULL,
            protocol_version text,
            target_level smallint NOT NULL CONSTRAINT skill_target CHECK (target_level BETWEEN 1 AND 5),
            PRIMARY KEY (session_id, act)
        );

        CREATE TABLE skill_levels (
            id uuid PRIMARY KEY,
            enrolment_id uuid NOT NULL REFERENCES enrolments ON DELETE CASCADE,
            session_id uuid NOT NULL REFERENCES sessions,
            person_id uuid NOT NULL,
            act text NOT NULL,
            moment text NOT NULL CONSTRAINT skill_moment CHECK (moment IN ('before', 'after')),
            level smallint NOT NULL CONSTRAINT skill_level CHECK (level BETWEEN 1 AND 5),
            assessor_id uuid NOT NULL,
            second_assessor_id uuid,
            assessed_on date NOT NULL,
            entered_by text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT skill_level_once UNIQUE (enrolment_id, act, moment),
            CONSTRAINT skill_taught FOREIGN KEY (session_id, act) REFERENCES session_skills (session_id, act),
            CONSTRAINT skill_second_assessor CHECK (level < 4 OR second_assessor_id IS NOT NULL),
            CONSTRAINT skill_two_assessors CHECK (assessor_id <> second_assessor_id),
            CONSTRAINT skill_not_of_oneself CHECK (assessor_id <> person_id AND second_assessor_id <> person_id)
        );
        CREATE INDEX skill_levels_of_session ON skill_levels (session_id);
        """
    )
    for table in ("session_trainers", "session_skills"):
        protect(table, condition="EXISTS (SELECT FROM sessions WHERE sessions.id = session_id)")
    protect("skill_levels", condition="EXISTS (SELECT FROM enrolments WHERE enrolments.id = enrolment_id)")
