-- The audit can be checked: what was sealed, with which key, and the salt of each record's values (docs/decisions/0015-an-audit-that-can-be-checked.md).
-- A service starts after its migrations: nobody waits for these locks.
-- squawk-ignore-file require-concurrent-index-creation

-- For whom it was done, when not in one's own right: the accounts that a substitute stands in for.
ALTER TABLE audit ADD COLUMN for_whom text[];
CREATE INDEX audit_recorded ON audit (recorded_at, seq);

CREATE TABLE audit_keys (
    id text PRIMARY KEY,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    endorsed_by text REFERENCES audit_keys,
    endorsement bytea,
    CHECK ((endorsed_by IS NULL) = (endorsement IS NULL))
);

-- One batch of records each. `settled_to`: every record up to here is in this seal or an earlier one, or never came to be.
CREATE TABLE audit_seals (
    number bigint PRIMARY KEY CHECK (number > 0),
    incarnation bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    records integer NOT NULL CHECK (records > 0),
    ranges jsonb NOT NULL,
    settled_to bigint NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    head bytea NOT NULL UNIQUE,
    key_id text NOT NULL REFERENCES audit_keys,
    signature bytea NOT NULL
);

-- Apart from the record: erasing a person destroys the salt with the values, and the record's hash stays.
CREATE TABLE audit_leaves (
    seq bigint PRIMARY KEY,
    seal bigint NOT NULL REFERENCES audit_seals,
    leaf bytea NOT NULL,
    values_hash bytea NOT NULL,
    salt bytea
);

-- A record stays as it was written; its values alone may be destroyed.
CREATE FUNCTION refuse_changes_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit' AND to_jsonb(NEW) = to_jsonb(OLD) || '{"before": null, "after": null}' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_leaves' AND to_jsonb(NEW) = to_jsonb(OLD) || '{"salt": null}' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of % is refused: the audit is only added to', lower(TG_OP), TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_changes_of_audit();
CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit EXECUTE FUNCTION refuse_changes_of_audit();
CREATE TRIGGER audit_leaves_are_only_added_to BEFORE UPDATE OR DELETE ON audit_leaves FOR EACH ROW EXECUTE FUNCTION refuse_changes_of_audit();
CREATE TRIGGER audit_leaves_are_not_emptied BEFORE TRUNCATE ON audit_leaves EXECUTE FUNCTION refuse_changes_of_audit();
CREATE TRIGGER audit_seals_are_only_added_to BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION refuse_changes_of_audit();
CREATE TRIGGER audit_seals_are_not_emptied BEFORE TRUNCATE ON audit_seals EXECUTE FUNCTION refuse_changes_of_audit();

-- The one way in which values leave: those that concern a person, and those of the things named. Answers which records. No sealing goes on meanwhile.
CREATE FUNCTION forget_audit_values(person uuid, things uuid[]) RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE forgotten bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('relais audit sealer', 0));
    WITH gone AS (
        UPDATE audit SET before = NULL, after = NULL
        WHERE (subject_id = person OR subject_id = ANY (things) OR before ->> 'person_id' = person::text OR after ->> 'person_id' = person::text)
            AND (before IS NOT NULL OR after IS NOT NULL) AND act <> 'audit.erased'
        RETURNING seq
    )
    SELECT coalesce(array_agg(seq ORDER BY seq), '{}') INTO forgotten FROM gone;
    UPDATE audit_leaves SET salt = NULL WHERE seq = ANY (forgotten);
    RETURN forgotten;
END $$;
REVOKE EXECUTE ON FUNCTION forget_audit_values FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_audit_values TO {service}_worker;

-- Requests read how far it is sealed; only the worker seals, and nobody takes back.
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_keys, audit_seals, audit_leaves FROM {service}_app;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_keys, audit_seals, audit_leaves FROM {service}_worker;
