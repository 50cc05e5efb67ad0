-- Chains of entries. One per instance of the service.
CREATE TABLE chain (
    id INTEGER PRIMARY KEY,
    instance TEXT NOT NULL UNIQUE
) STRICT;

-- The log. `at` in microseconds since 1970; `decision_id` to `outcome` repeat what `facts` say.
CREATE TABLE entry (
    chain INTEGER NOT NULL REFERENCES chain (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    decision_id TEXT UNIQUE,
    policy TEXT,
    version TEXT,
    outcome TEXT,
    facts TEXT NOT NULL,
    sealed BLOB,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (chain, seq)
) STRICT;
CREATE INDEX entry_at ON entry (at, chain, seq);

-- The personal part of a decision, and apart from it the wrapped key it is read with.
CREATE TABLE sealed (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (chain, seq)
) STRICT;
CREATE TABLE data_key (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    application TEXT NOT NULL,
    applicant TEXT,
    master TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    PRIMARY KEY (chain, seq)
) STRICT;
CREATE INDEX data_key_application ON data_key (application);
CREATE INDEX data_key_applicant ON data_key (applicant) WHERE applicant IS NOT NULL;

-- Answers by idempotency key; without a content the answer is the decision's own.
CREATE TABLE answered (
    reference TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    expires INTEGER NOT NULL,
    content BLOB
) STRICT;
CREATE INDEX answered_expires ON answered (expires);

-- Signed ends of chains.
CREATE TABLE checkpoint (
    chain INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature TEXT NOT NULL
) STRICT;
CREATE INDEX checkpoint_seq ON checkpoint (chain, seq);

-- Keys of the database as a whole, wrapped.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    master TEXT NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;

-- What is written stays. This stops mistakes; `verify` finds what is done on purpose.
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER sealed_stays BEFORE UPDATE ON sealed
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER checkpoint_remains BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
