-- How often the registry was changed. Whoever changes it holds this row until it is done.
CREATE TABLE registry (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    revision BIGINT NOT NULL
);
INSERT INTO registry (one, revision) VALUES (1, 0);

-- Files of folders by their hash; nothing is kept twice.
CREATE TABLE policy_content (
    hash TEXT PRIMARY KEY,
    files TEXT NOT NULL
);

-- What is being written, and everybody who wrote in it.
CREATE TABLE policy_draft (
    policy TEXT NOT NULL,
    name TEXT NOT NULL,
    content TEXT NOT NULL REFERENCES policy_content (hash),
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (policy, name)
);
CREATE TABLE policy_draft_author (
    policy TEXT NOT NULL,
    name TEXT NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (policy, name, author)
);

-- What was submitted, frozen, and who had a hand in it.
CREATE TABLE policy_candidate (
    policy TEXT NOT NULL,
    content TEXT NOT NULL REFERENCES policy_content (hash),
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    draft TEXT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    approver TEXT,
    approved_at BIGINT,
    PRIMARY KEY (policy, content)
);
CREATE TABLE policy_candidate_author (
    policy TEXT NOT NULL,
    content TEXT NOT NULL,
    author TEXT NOT NULL,
    PRIMARY KEY (policy, content, author)
);

-- What was approved.
CREATE TABLE policy_version (
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    content TEXT NOT NULL REFERENCES policy_content (hash),
    author TEXT NOT NULL,
    approver TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (policy, version)
);

-- Which version is in force from when on, and what is split off it while it is.
CREATE TABLE policy_activation (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    effective_from BIGINT NOT NULL,
    at_once BIGINT NOT NULL,
    rollback BIGINT NOT NULL,
    author TEXT NOT NULL,
    at BIGINT NOT NULL,
    cancelled BIGINT NOT NULL DEFAULT 0,
    challenger TEXT,
    percent BIGINT,
    FOREIGN KEY (policy, version) REFERENCES policy_version (policy, version),
    FOREIGN KEY (policy, challenger) REFERENCES policy_version (policy, version)
);

-- Which versions decide silently.
CREATE TABLE policy_shadow (
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (policy, version),
    FOREIGN KEY (policy, version) REFERENCES policy_version (policy, version)
);

CREATE FUNCTION version_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a version is immutable'; END $$;
CREATE TRIGGER policy_version_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON policy_version
EXECUTE FUNCTION version_stays();
CREATE TRIGGER policy_content_stays BEFORE UPDATE OR TRUNCATE ON policy_content
EXECUTE FUNCTION version_stays();
