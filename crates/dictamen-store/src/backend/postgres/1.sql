-- Chains of entries. One per instance of the service.
CREATE TABLE chain (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    instance TEXT NOT NULL UNIQUE
);

-- The log. `at` in microseconds since 1970; `decision_id` to `outcome` repeat what `facts` say.
CREATE TABLE entry (
    chain BIGINT NOT NULL REFERENCES chain (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    decision_id TEXT UNIQUE,
    policy TEXT,
    version TEXT,
    outcome TEXT,
    facts TEXT NOT NULL,
    sealed BYTEA,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX entry_at ON entry (at, chain, seq);

-- The personal part of a decision, and apart from it the wrapped key it is read with.
CREATE TABLE sealed (
    chain BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE TABLE data_key (
    chain BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    application TEXT NOT NULL,
    applicant TEXT,
    master TEXT NOT NULL,
    wrapped BYTEA NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX data_key_application ON data_key (application);
CREATE INDEX data_key_applicant ON data_key (applicant) WHERE applicant IS NOT NULL;

-- Answers by idempotency key; without a content the answer is the decision's own.
CREATE TABLE answered (
    reference TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    expires BIGINT NOT NULL,
    content BYTEA
);
CREATE INDEX answered_expires ON answered (expires);

-- Signed ends of chains.
CREATE TABLE checkpoint (
    chain BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    signature TEXT NOT NULL
);
CREATE INDEX checkpoint_seq ON checkpoint (chain, seq);

-- Keys of the database as a whole, wrapped.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    master TEXT NOT NULL,
    wrapped BYTEA NOT NULL
);

-- Idempotency keys that are being answered, until when at most.
CREATE TABLE claim (
    reference TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    owner TEXT NOT NULL,
    until TIMESTAMPTZ NOT NULL
);

-- What is written stays. This stops mistakes; `verify` finds what is done on purpose.
CREATE FUNCTION log_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
EXECUTE FUNCTION log_stays();
CREATE TRIGGER sealed_stays BEFORE UPDATE OR TRUNCATE ON sealed
EXECUTE FUNCTION log_stays();
CREATE TRIGGER checkpoint_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint
EXECUTE FUNCTION log_stays();
