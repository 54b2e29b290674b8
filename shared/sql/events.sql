-- Events: what this service announces (outbox) and what it hears (inbox). One set of tables per service database.

-- Which life of this database speaks. A restore begins another (renew_incarnation), and consumers compare it before the version.
CREATE TABLE incarnation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    value bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO incarnation (value) VALUES ((extract(epoch FROM clock_timestamp()) * 1000)::bigint);

-- The last version given to each aggregate; its row lock puts the events of one aggregate in commit order.
CREATE TABLE aggregate_versions (
    topic text NOT NULL,
    subject uuid NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    PRIMARY KEY (topic, subject)
);

-- Rows stay after publication: a broker that comes back empty is filled again from here.
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    topic text NOT NULL,
    type text NOT NULL,
    subject uuid NOT NULL,
    version bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    traceparent text,
    data text NOT NULL,
    published_at timestamptz,
    UNIQUE (topic, subject, version)
);
CREATE INDEX outbox_unpublished ON outbox (seq) WHERE published_at IS NULL;

-- How far the relay has come with the broker of one epoch, and what it still has to say again to a new one.
CREATE TABLE relay_state (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch text NOT NULL DEFAULT '',
    incarnation bigint NOT NULL DEFAULT 0,
    replayed_to bigint NOT NULL DEFAULT 0,
    replay_until bigint NOT NULL DEFAULT 0
);
INSERT INTO relay_state DEFAULT VALUES;

CREATE TABLE relay_acknowledged (
    topic text NOT NULL,
    partition integer NOT NULL,
    epoch text NOT NULL,
    last_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- `generation` rises at each rebuild: a reader that began before it commits nothing any more.
CREATE TABLE consumers (
    consumer text PRIMARY KEY,
    generation integer NOT NULL DEFAULT 1,
    epoch text NOT NULL DEFAULT '',
    heard_at timestamptz
);

-- Where each consumer stands, written in the transaction of the effects.
CREATE TABLE consumer_positions (
    consumer text NOT NULL REFERENCES consumers ON DELETE CASCADE,
    epoch text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    end_offset bigint NOT NULL,
    PRIMARY KEY (consumer, topic, partition, epoch)
);

-- Events that a process has taken in charge: done, parked or dead. Kept for ever, so that a full replay is safe.
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    heard_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);

-- The newest version applied (`replica`) or taken in charge without a gap (`process`) of each aggregate heard.
CREATE TABLE heard_versions (
    consumer text NOT NULL,
    pattern text NOT NULL CHECK (pattern IN ('replica', 'process')),
    topic text NOT NULL,
    subject uuid NOT NULL,
    incarnation bigint NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (consumer, pattern, topic, subject)
);

-- Events that cannot be handled yet, as they came: they wait for something, for an earlier one, or for their next try.
CREATE TABLE parked_events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    subject uuid,
    type text NOT NULL,
    incarnation bigint NOT NULL,
    version bigint NOT NULL,
    reason text NOT NULL CHECK (reason IN ('unknown', 'behind', 'gap', 'failed', 'replay')),
    waits_for_kind text,
    waits_for_id text,
    cause text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    next_try_at timestamptz,
    parked_at timestamptz NOT NULL DEFAULT now(),
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    origin text NOT NULL,
    UNIQUE (consumer, event_id),
    CHECK ((reason = 'unknown') = (waits_for_id IS NOT NULL))
);
CREATE INDEX parked_events_order ON parked_events (consumer, topic, subject, incarnation, version);
CREATE INDEX parked_events_due ON parked_events (consumer, next_try_at);
CREATE INDEX parked_events_waiting ON parked_events (consumer, waits_for_id) WHERE waits_for_id IS NOT NULL;

-- Events that could never be handled: cause, trace and original bytes, for an operator to read, mend and replay.
CREATE TABLE dead_letters (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    subject uuid,
    type text NOT NULL,
    incarnation bigint NOT NULL,
    version bigint NOT NULL,
    cause text NOT NULL,
    details text NOT NULL DEFAULT '',
    tries integer NOT NULL DEFAULT 1,
    traceparent text,
    readable boolean NOT NULL,
    died_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    closed_how text CHECK (closed_how IN ('replayed', 'discarded')),
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    origin text NOT NULL,
    UNIQUE (consumer, event_id),
    CHECK ((closed_at IS NULL) = (closed_how IS NULL))
);
CREATE INDEX dead_letters_open ON dead_letters (consumer, topic, subject) WHERE closed_at IS NULL;

-- Requests announce; only the worker hears, publishes and marks.
REVOKE INSERT, UPDATE, DELETE ON incarnation, relay_state, relay_acknowledged, consumers, consumer_positions, inbox, heard_versions, parked_events, dead_letters FROM {service}_app;
REVOKE UPDATE, DELETE ON outbox FROM {service}_app;
REVOKE DELETE ON aggregate_versions FROM {service}_app;
REVOKE UPDATE, DELETE ON incarnation FROM {service}_worker;
