-- Work that is to be done, and what became of it. Instants in microseconds since 1970. `token` is
-- whose turn it is, until `due`; `mark` is a keyed hash it is found by; `facts` are in clear,
-- `content` is sealed under `wrapped`.
CREATE TABLE task (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    parent TEXT,
    mark TEXT,
    state TEXT NOT NULL,
    stage TEXT NOT NULL,
    facts TEXT NOT NULL,
    due BIGINT NOT NULL,
    token TEXT,
    woken BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    crashes BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    expires BIGINT,
    application TEXT,
    applicant TEXT,
    master TEXT,
    wrapped BYTEA,
    content BYTEA
);
CREATE INDEX task_due ON task (kind, due) WHERE state = 'waiting';
CREATE INDEX task_created ON task (kind, created, id);
CREATE INDEX task_parent ON task (parent) WHERE parent IS NOT NULL;
CREATE INDEX task_mark ON task (mark) WHERE mark IS NOT NULL;
CREATE INDEX task_application ON task (application) WHERE application IS NOT NULL;
CREATE INDEX task_applicant ON task (applicant) WHERE applicant IS NOT NULL;

-- Keys under which a task was added, each once: keyed hashes.
CREATE TABLE task_key (
    reference TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    task TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX task_key_expires ON task_key (expires);

-- When something that is limited was done, by a keyed hash of whose it is: a JSON list of instants.
CREATE TABLE spent (
    reference TEXT PRIMARY KEY,
    instants TEXT NOT NULL
);
