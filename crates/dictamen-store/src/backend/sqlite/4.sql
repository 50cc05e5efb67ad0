-- How often the registry was changed. Whoever changes it holds this row until it is done.
CREATE TABLE registry (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    revision INTEGER NOT NULL
) STRICT;
INSERT INTO registry (one, revision) VALUES (1, 0);

-- Files of folders by their hash; nothing is kept twice.
CREATE TABLE policy_content (
    hash TEXT PRIMARY KEY,
    files TEXT NOT NULL
) STRICT;

-- What is being written, and everybody who wrote in it.
CREATE TABLE policy_draft (
    policy TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL REFERENCES policy_content (hash),
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (policy, name)
) STRICT;
CREATE TABLE policy_draft_author (
    policy TEXT NOT NULL,
    name TEXT NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (policy, name, author)
) STRICT;

-- What was submitted, frozen, and who had a hand in it.
CREATE TABLE policy_candidate (
    policy TEXT NOT NULL,
    content TEXT NOT NULL REFERENCES policy_content (hash),
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    draft TEXT NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    approver TEXT,
    approved_at INTEGER,
    PRIMARY KEY (policy, content)
) STRICT;
CREATE TABLE policy_candidate_author (
    policy TEXT NOT NULL,
    content TEXT NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (policy, content, author)
) STRICT;

-- What was approved.
CREATE TABLE policy_version (
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    content TEXT NOT NULL REFERENCES policy_content (hash),
    author TEXT NOT NULL,
    approver TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (policy, version)
) STRICT;

-- Which version is in force from when on, and what is split off it while it is.
CREATE TABLE policy_activation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    effective_from INTEGER NOT NULL,
    at_once INTEGER NOT NULL,
    rollback INTEGER NOT NULL,
    author TEXT NOT NULL,
    at INTEGER NOT NULL,
    cancelled INTEGER NOT NULL DEFAULT 0,
    challenger TEXT,
    percent INTEGER,
    FOREIGN KEY (policy, version) REFERENCES policy_version (policy, version),
    FOREIGN KEY (policy, challenger) REFERENCES policy_version (policy, version)
) STRICT;

-- Which versions decide silently.
CREATE TABLE policy_shadow (
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (policy, version),
    FOREIGN KEY (policy, version) REFERENCES policy_version (policy, version)
) STRICT;

CREATE TRIGGER policy_version_stays BEFORE UPDATE ON policy_version
BEGIN SELECT RAISE(ABORT, 'a version is immutable'); END;
CREATE TRIGGER policy_version_remains BEFORE DELETE ON policy_version
BEGIN SELECT RAISE(ABORT, 'a version is immutable'); END;
CREATE TRIGGER policy_content_stays BEFORE UPDATE ON policy_content
BEGIN SELECT RAISE(ABORT, 'content is immutable'); END;
