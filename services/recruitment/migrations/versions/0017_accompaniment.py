"""Prospects are contacted, candidates accompanied, and what keeps them from coming is asked of partners: housing, childcare, mobility, each with its outcome."""

from shared.audit_tables import audit_wall_opens
from shared.migrate import protect, service_of_migration, sql
from shared.records import COLUMNS

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    service = service_of_migration()
    sql(
        f"""
        CREATE TABLE outreaches ({COLUMNS}
            pool_id uuid REFERENCES pools,
            person_id uuid NOT NULL,
            occupation_code text NOT NULL,
            channel text NOT NULL CONSTRAINT outreach_channel CHECK (channel IN ('phone', 'email', 'letter', 'meeting', 'forum')),
            outcome text NOT NULL CONSTRAINT outreach_outcome CHECK (outcome IN ('interested', 'later', 'not_interested', 'not_reached', 'never_again')),
            words text,
            follow_up_on date,
            contacted_on date NOT NULL,
            contacted_by text NOT NULL,
            let_go boolean NOT NULL DEFAULT false,
            state text NOT NULL CONSTRAINT outreach_state CHECK (state IN ('contacted')),
            CONSTRAINT outreach_reference UNIQUE (authority_path, reference),
            CONSTRAINT outreach_follow_up CHECK (follow_up_on IS NULL OR (follow_up_on > contacted_on AND outcome IN ('later', 'not_reached', 'interested')))
        );
        CREATE INDEX outreaches_list ON outreaches (contacted_on, id);
        CREATE INDEX outreaches_of_person ON outreaches (person_id, contacted_on);
        CREATE INDEX outreaches_of_pool ON outreaches (pool_id);

        -- Whoever asked not to be contacted is not, by nobody.
        CREATE FUNCTION guard_outreaches() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtextextended('recruitment/outreach/' || NEW.person_id, 0));
            IF EXISTS (SELECT FROM outreaches o WHERE o.person_id = NEW.person_id AND o.outcome = 'never_again' AND o.id <> NEW.id) THEN
                RAISE EXCEPTION 'asked not to be contacted' USING ERRCODE = '23514', CONSTRAINT = 'outreach_after_never_again';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER guard_outreaches BEFORE INSERT ON outreaches FOR EACH ROW EXECUTE FUNCTION guard_outreaches();

        CREATE TABLE accompaniments ({COLUMNS}
            pool_id uuid REFERENCES pools,
            person_id uuid NOT NULL,
            adviser text NOT NULL,
            adviser_name text NOT NULL,
            goal text NOT NULL,
            opened_on date NOT NULL,
            next_step text,
            next_on date,
            closed_on date,
            outcome text CONSTRAINT accompaniment_outcome CHECK (outcome IN ('hired', 'training', 'settled', 'elsewhere', 'stopped', 'unreachable')),
            outcome_words text,
            state text NOT NULL CONSTRAINT accompaniment_state CHECK (state IN ('open', 'closed')),
            CONSTRAINT accompaniment_reference UNIQUE (authority_path, reference),
            CONSTRAINT accompaniment_closed_with_outcome CHECK ((state = 'closed') = (closed_on IS NOT NULL AND outcome IS NOT NULL)),
            CONSTRAINT accompaniment_period CHECK (closed_on >= opened_on),
            CONSTRAINT accompaniment_next_step_has_a_day CHECK ((next_step IS NULL) = (next_on IS NULL))
        );
        CREATE UNIQUE INDEX accompaniment_once ON accompaniments (person_id) WHERE state = 'open';
        CREATE INDEX accompaniments_list ON accompaniments (opened_on, id);
        CREATE INDEX accompaniments_of_person ON accompaniments (person_id);
        CREATE INDEX accompaniments_of_pool ON accompaniments (pool_id);

        CREATE TABLE accompaniment_entries (
            id uuid PRIMARY KEY,
            accompaniment_id uuid NOT NULL REFERENCES accompaniments ON DELETE CASCADE,
            person_id uuid NOT NULL,
            authority_path ltree NOT NULL,
            shared_with text[] NOT NULL DEFAULT '{{}}',
            kind text NOT NULL CONSTRAINT accompaniment_entry_kind CHECK (kind IN ('contact', 'step', 'training', 'visit')),
            channel text CONSTRAINT accompaniment_entry_channel CHECK (channel IN ('phone', 'email', 'letter', 'meeting', 'forum')),
            words text NOT NULL,
            done_on date NOT NULL,
            done_by text NOT NULL,
            CONSTRAINT accompaniment_contact_has_a_channel CHECK (kind <> 'contact' OR channel IS NOT NULL)
        );
        CREATE INDEX accompaniment_entries_of ON accompaniment_entries (accompaniment_id, done_on, id);
        CREATE INDEX accompaniment_entries_of_person ON accompaniment_entries (person_id);

        CREATE TABLE service_offers ({COLUMNS}
            pool_id uuid NOT NULL REFERENCES pools,
            facility_code text NOT NULL,
            kind text NOT NULL CONSTRAINT service_offer_kind CHECK (kind IN ('housing', 'childcare', 'mobility')),
            title text NOT NULL,
            place text NOT NULL,
            capacity smallint NOT NULL CONSTRAINT service_offer_capacity CHECK (capacity > 0),
            conditions text,
            available_from date NOT NULL,
            available_to date,
            offered_by text NOT NULL,
            offered_on date NOT NULL,
            ended_on date,
            state text NOT NULL CONSTRAINT service_offer_state CHECK (state IN ('offered', 'ended')),
            CONSTRAINT service_offer_reference UNIQUE (authority_path, reference),
            CONSTRAINT service_offer_period CHECK (available_to >= available_from),
            CONSTRAINT service_offer_ended CHECK ((state = 'ended') = (ended_on IS NOT NULL))
        );
        CREATE INDEX service_offers_list ON service_offers (offered_on, id);
        CREATE INDEX service_offers_of_pool ON service_offers (pool_id);

        CREATE TABLE service_requests ({COLUMNS}
            pool_id uuid NOT NULL REFERENCES pools,
            accompaniment_id uuid NOT NULL REFERENCES accompaniments,
            person_id uuid NOT NULL,
            kind text NOT NULL CONSTRAINT service_request_kind CHECK (kind IN ('housing', 'childcare', 'mobility')),
            wanted text NOT NULL,
            place text NOT NULL,
            wanted_from date NOT NULL,
            partner_code text NOT NULL,
            offer_id uuid REFERENCES service_offers,
            asked_by text NOT NULL,
            asked_on date NOT NULL,
            settled_by text,
            settled_on date,
            refused_by text CONSTRAINT service_request_refused_by CHECK (refused_by IN ('partner', 'candidate')),
            reason text CONSTRAINT service_request_reason CHECK (reason IN ('none_free', 'too_expensive', 'too_far', 'too_late', 'conditions', 'found_elsewhere', 'other')),
            words text,
            state text NOT NULL CONSTRAINT service_request_state CHECK (state IN ('asked', 'solved', 'refused', 'withdrawn')),
            CONSTRAINT service_request_reference UNIQUE (authority_path, reference),
            CONSTRAINT service_request_settled CHECK ((state = 'asked') = (settled_on IS NULL AND settled_by IS NULL)),
            CONSTRAINT service_request_settled_after_it_was_asked CHECK (settled_on >= asked_on),
            CONSTRAINT service_request_refused_says_why CHECK ((state = 'refused') = (reason IS NOT NULL AND refused_by IS NOT NULL)),
            CONSTRAINT service_request_solved_says_how CHECK (state <> 'solved' OR offer_id IS NOT NULL OR words <> '')
        );
        CREATE INDEX service_requests_list ON service_requests (asked_on, id);
        CREATE INDEX service_requests_of_accompaniment ON service_requests (accompaniment_id);
        CREATE INDEX service_requests_of_person ON service_requests (person_id);
        CREATE INDEX service_requests_of_offer ON service_requests (offer_id);
        CREATE INDEX service_requests_of_pool ON service_requests (pool_id);

        -- The last place is given once: whoever comes second waits here, then finds it taken.
        CREATE FUNCTION guard_service_requests() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            offer service_offers;
        BEGIN
            IF NEW.state <> 'solved' OR NEW.offer_id IS NULL THEN
                RETURN NEW;
            END IF;
            SELECT * INTO offer FROM service_offers WHERE id = NEW.offer_id FOR UPDATE;
            IF offer.kind <> NEW.kind OR offer.facility_code <> NEW.partner_code THEN
                RAISE EXCEPTION 'another service' USING ERRCODE = '23514', CONSTRAINT = 'service_offer_answers_the_request';
            END IF;
            IF (SELECT count(*) FROM service_requests r WHERE r.offer_id = NEW.offer_id AND r.state = 'solved' AND r.id <> NEW.id) >= offer.capacity THEN
                RAISE EXCEPTION 'full' USING ERRCODE = '23514', CONSTRAINT = 'service_offer_is_full';
            END IF;
            RETURN NEW;
        END $$;
        -- As the owner, because it must not depend on what whoever asks may see: whether recruitment has anything open with a person.
        CREATE FUNCTION prospect_is_open(person uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT FROM applications a WHERE a.person_id = person AND a.state = 'open') OR EXISTS (SELECT FROM accompaniments a WHERE a.person_id = person AND a.state = 'open')
                OR EXISTS (SELECT FROM profiles p WHERE p.person_id = person AND p.state = 'looking') OR EXISTS (SELECT FROM hires h WHERE h.person_id = person AND h.state = 'proposed')
        $$;
        REVOKE EXECUTE ON FUNCTION prospect_is_open FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION prospect_is_open TO {service}_app, {service}_worker;

        CREATE TRIGGER guard_service_requests BEFORE INSERT OR UPDATE ON service_requests FOR EACH ROW EXECUTE FUNCTION guard_service_requests();
        """  # noqa: S608
    )
    for table in ("outreaches", "accompaniments", "accompaniment_entries", "service_requests"):
        protect(table)
    protect("service_offers")
    sql(f"CREATE POLICY service_offers_of_pool ON service_offers FOR SELECT TO {service}_app USING (pool_id IN (SELECT open_pools()));")  # noqa: S608
    audit_wall_opens({"outreach": "outreaches", "accompaniment": "accompaniments", "service_offer": "service_offers", "service_request": "service_requests"})
