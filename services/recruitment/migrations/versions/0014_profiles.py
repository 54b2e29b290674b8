"""Whoever looks for work in a pool, shown to those members alone whom they named; what employers decided on them."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import VISIBLE, protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PROFILE_IS_SHOWN = "EXISTS (SELECT FROM profiles p WHERE p.id = profile_id)"


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE profiles ({COLUMNS}
            pool_id uuid NOT NULL REFERENCES pools,
            person_id uuid NOT NULL,
            occupation_code text NOT NULL,
            specialty text,
            available_from date NOT NULL,
            places text[] NOT NULL DEFAULT '{{}}',
            note text,
            opened_by text NOT NULL,
            opened_on date NOT NULL,
            closed_on date,
            closing text CONSTRAINT profile_closing CHECK (closing IN ('hired', 'stopped', 'unreachable')),
            state text NOT NULL CONSTRAINT profile_state CHECK (state IN ('looking', 'ended')),
            CONSTRAINT profile_reference UNIQUE (authority_path, reference),
            CONSTRAINT profile_ended_says_why CHECK ((state = 'ended') = (closed_on IS NOT NULL AND closing IS NOT NULL))
        );
        CREATE UNIQUE INDEX profile_once ON profiles (pool_id, person_id) WHERE state = 'looking';
        CREATE INDEX profiles_list ON profiles (pool_id, opened_on, id);
        CREATE INDEX profiles_of_person ON profiles (person_id);

        CREATE TABLE consents (
            id uuid PRIMARY KEY,
            profile_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
            pool_id uuid NOT NULL REFERENCES pools,
            person_id uuid NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            partners text[] NOT NULL CONSTRAINT consent_names_somebody CHECK (cardinality(partners) > 0),
            means text NOT NULL CONSTRAINT consent_means CHECK (means IN ('written', 'oral', 'online')),
            given_on date NOT NULL,
            recorded_by text NOT NULL,
            withdrawn_on date,
            withdrawal_recorded_by text,
            CONSTRAINT consent_withdrawn_after_it_was_given CHECK (withdrawn_on >= given_on),
            CONSTRAINT consent_withdrawal_is_recorded CHECK ((withdrawn_on IS NULL) = (withdrawal_recorded_by IS NULL))
        );
        CREATE UNIQUE INDEX consent_once ON consents (profile_id) WHERE withdrawn_on IS NULL;
        CREATE INDEX consents_of_pool ON consents (pool_id);
        CREATE INDEX consents_of_person ON consents (person_id);

        CREATE TABLE matches ({COLUMNS}
            need_id uuid NOT NULL REFERENCES needs,
            profile_id uuid NOT NULL REFERENCES profiles,
            person_id uuid NOT NULL,
            facility_code text NOT NULL,
            reason text NOT NULL CONSTRAINT match_says_why CHECK (reason <> ''),
            criteria jsonb NOT NULL,
            decided_by text NOT NULL,
            decided_on date NOT NULL,
            state text NOT NULL CONSTRAINT match_state CHECK (state IN ('kept', 'not_kept')),
            CONSTRAINT match_reference UNIQUE (authority_path, reference),
            CONSTRAINT match_once UNIQUE (need_id, profile_id)
        );
        CREATE INDEX matches_of_profile ON matches (profile_id);
        CREATE INDEX matches_of_person ON matches (person_id);

        -- A profile is shown to the members whom the standing consent names, and to nobody else from the moment in which it is withdrawn.
        CREATE FUNCTION guard_consents() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM unnest(NEW.partners) AS code WHERE NOT EXISTS (
                SELECT FROM pool_partners p WHERE p.pool_id = NEW.pool_id AND p.facility_code = code AND p.state = 'member' AND EXISTS (SELECT FROM pool_acceptances a WHERE a.partner_id = p.id))) THEN
                RAISE EXCEPTION 'no member' USING ERRCODE = '23514', CONSTRAINT = 'consent_to_members_of_the_pool';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER guard_consents BEFORE INSERT ON consents FOR EACH ROW EXECUTE FUNCTION guard_consents();

        CREATE FUNCTION show_profile_as_consented() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE profiles SET version = version + 1, shared_with = coalesce((
                SELECT array_agg(code ORDER BY code) FROM consents c, unnest(c.partners) AS code WHERE c.profile_id = NEW.profile_id AND c.withdrawn_on IS NULL
                    AND EXISTS (SELECT FROM pool_partners p WHERE p.pool_id = c.pool_id AND p.facility_code = code AND p.state = 'member')), '{{}}')
            WHERE id = NEW.profile_id;
            RETURN NULL;
        END $$;
        CREATE TRIGGER show_profile_as_consented AFTER INSERT OR UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION show_profile_as_consented();

        CREATE FUNCTION hide_profiles_from_who_left() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE profiles SET version = version + 1, shared_with = array_remove(shared_with, NEW.facility_code) WHERE pool_id = NEW.pool_id AND NEW.facility_code = ANY (shared_with);
            RETURN NULL;
        END $$;
        CREATE TRIGGER hide_profiles_from_who_left AFTER UPDATE OF state ON pool_partners FOR EACH ROW WHEN (NEW.state = 'left') EXECUTE FUNCTION hide_profiles_from_who_left();

        -- As the owner, because employers see those alone who consented: how many look for work in each title is the same number for every member, and names nobody.
        CREATE FUNCTION looking_in_pool(pool uuid) RETURNS TABLE (occupation_code text, people bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT p.occupation_code, count(*) FROM profiles p WHERE p.pool_id = pool AND p.state = 'looking' GROUP BY p.occupation_code
        $$;
        REVOKE EXECUTE ON FUNCTION looking_in_pool FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION looking_in_pool TO {service}_app, {service}_worker;
        """  # noqa: S608
    )
    protect("profiles")
    protect("consents")
    sql(f"CREATE POLICY consents_of_profile ON consents FOR SELECT TO {service}_app USING ({PROFILE_IS_SHOWN});")  # noqa: S608
    protect("matches", condition=f"({VISIBLE}) AND {PROFILE_IS_SHOWN}")
    audit_wall_opens({"profile": "profiles", "match": "matches"})
