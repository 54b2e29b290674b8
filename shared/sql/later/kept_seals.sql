-- The heads of other services' audits, as they were announced: whoever rewrites a chain does not reach these. The first one heard counts.
CREATE TABLE kept_seals (
    service text NOT NULL,
    incarnation bigint NOT NULL,
    number bigint NOT NULL,
    head bytea NOT NULL,
    first_record bigint NOT NULL,
    last_record bigint NOT NULL,
    records integer NOT NULL,
    key_id text NOT NULL,
    public_key bytea NOT NULL,
    signature bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (service, incarnation, number, head)
);
CREATE TRIGGER kept_seals_are_only_added_to BEFORE UPDATE OR DELETE ON kept_seals FOR EACH ROW EXECUTE FUNCTION refuse_changes_of_audit();
CREATE TRIGGER kept_seals_are_not_emptied BEFORE TRUNCATE ON kept_seals EXECUTE FUNCTION refuse_changes_of_audit();
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON kept_seals FROM {service}_app;
REVOKE UPDATE, DELETE, TRUNCATE ON kept_seals FROM {service}_worker;
