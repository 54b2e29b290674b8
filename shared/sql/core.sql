-- Tables that every service has beside its own: idempotency keys and the audit.

CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status smallint,
    content_type text,
    answer bytea,
    etag text,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, route, key)
);

-- One row per change and per sensitive read, written in the business transaction, never updated.
CREATE TABLE audit (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    act text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    done_on date NOT NULL,
    request_id text,
    trace_id text,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_subject ON audit (subject_kind, subject_id, seq);
