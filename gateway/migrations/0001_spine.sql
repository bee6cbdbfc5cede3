-- The gateway's store, version 1. Instants are UTC text of fixed width, so text order is time
-- order; hashes are 64 lower-case hexadecimal digits.
-- No table is WITHOUT ROWID: quick_check of SQLite 3.40.1 (Debian 12) reports "NULL value" in a
-- sound one whose primary key is not in the order of its columns.

CREATE TABLE evidence (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64 AND sha256 NOT GLOB '*[^0-9a-f]*'),
    size INTEGER NOT NULL CHECK (size >= 0),
    first_seen_at TEXT NOT NULL CHECK (first_seen_at LIKE '____-__-__T__:__:__.______Z'),
    parser TEXT NOT NULL DEFAULT '',         -- '' also where no parser recognised it
    parser_version TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',        -- what the parser objected to; '' where it did not
    read_at TEXT CHECK (read_at LIKE '____-__-__T__:__:__.______Z'),  -- NULL: nobody looked yet
    CHECK (read_at IS NOT NULL OR (parser = '' AND parser_version = '' AND problem = ''))
) STRICT;

CREATE INDEX evidence_unread ON evidence (read_at) WHERE read_at IS NULL;

CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    evidence TEXT NOT NULL REFERENCES evidence,
    device TEXT NOT NULL,
    medium TEXT NOT NULL,
    name TEXT NOT NULL,
    taken_at TEXT NOT NULL CHECK (taken_at LIKE '____-__-__T__:__:__.______Z'),
    ending TEXT NOT NULL CHECK (ending IN ('whole', 'idle', 'cut', 'unplugged', 'overflow',
                                            'stopped')),
    longest_gap_ms INTEGER NOT NULL CHECK (longest_gap_ms >= 0),
    line_errors TEXT CHECK (line_errors IS NULL OR json_valid(line_errors)),  -- NULL: not counted
    notes TEXT NOT NULL CHECK (json_valid(notes))
) STRICT;

CREATE INDEX captures_of_evidence ON captures (evidence);

CREATE VIEW evidence_seen AS  -- each piece of evidence over all the captures that brought it
SELECT
    evidence.*,
    (SELECT min(id) FROM captures WHERE evidence = sha256) AS first_capture,
    (SELECT count(*) FROM captures WHERE evidence = sha256) AS times_seen,
    (SELECT group_concat(DISTINCT ending) FROM captures WHERE evidence = sha256) AS endings
FROM evidence;

CREATE TABLE placements (
    evidence TEXT NOT NULL REFERENCES evidence,
    precinct TEXT NOT NULL,
    counting_group TEXT NOT NULL,
    PRIMARY KEY (precinct, counting_group, evidence)
) STRICT;

CREATE INDEX placements_of_evidence ON placements (evidence);

CREATE TABLE packets (
    precinct TEXT NOT NULL,
    counting_group TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('awaiting', 'collecting', 'checked', 'blocked', 'held',
                                         'ready', 'released', 'confirmed', 'superseded')),
    changed_at TEXT NOT NULL CHECK (changed_at LIKE '____-__-__T__:__:__.______Z'),
    findings TEXT NOT NULL CHECK (json_valid(findings)),
    PRIMARY KEY (precinct, counting_group)
) STRICT;

CREATE TABLE packet_history (
    id INTEGER PRIMARY KEY,
    precinct TEXT NOT NULL,
    counting_group TEXT NOT NULL,
    old_state TEXT NOT NULL,
    new_state TEXT NOT NULL CHECK (new_state <> old_state),
    at TEXT NOT NULL CHECK (at LIKE '____-__-__T__:__:__.______Z'),
    FOREIGN KEY (precinct, counting_group) REFERENCES packets
) STRICT;

CREATE INDEX packet_history_of_packet ON packet_history (precinct, counting_group);

CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
    payload_sha256 TEXT NOT NULL UNIQUE
        CHECK (length(payload_sha256) = 64 AND payload_sha256 NOT GLOB '*[^0-9a-f]*'),
    payload BLOB NOT NULL,
    envelope BLOB NOT NULL,
    envelope_sha256 TEXT NOT NULL
        CHECK (length(envelope_sha256) = 64 AND envelope_sha256 NOT GLOB '*[^0-9a-f]*'),
    precinct TEXT NOT NULL,
    counting_group TEXT NOT NULL,
    stored_at TEXT NOT NULL CHECK (stored_at LIKE '____-__-__T__:__:__.______Z'),
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'confirmed', 'refused')),
    receipt BLOB,
    settled_at TEXT CHECK (settled_at LIKE '____-__-__T__:__:__.______Z'),
    CHECK ((state = 'waiting') = (receipt IS NULL)),
    CHECK ((state = 'waiting') = (settled_at IS NULL)),
    FOREIGN KEY (precinct, counting_group) REFERENCES packets
) STRICT;

CREATE INDEX outbox_by_state ON outbox (state, sequence);
CREATE INDEX outbox_of_packet ON outbox (precinct, counting_group, sequence);

-- The promises of the outbox, kept also against a slip in our own code.

CREATE TRIGGER outbox_rows_stay BEFORE DELETE ON outbox
BEGIN
    SELECT raise(ABORT, 'a row of the outbox is never deleted');
END;

CREATE TRIGGER outbox_returns_never_change
BEFORE UPDATE OF sequence, payload_sha256, payload, envelope, envelope_sha256, precinct,
                 counting_group, stored_at ON outbox
BEGIN
    SELECT raise(ABORT, 'a signed return never changes');
END;

CREATE TRIGGER outbox_confirmed_stays_confirmed BEFORE UPDATE ON outbox
WHEN OLD.state = 'confirmed'
BEGIN
    SELECT raise(ABORT, 'what central confirmed stays confirmed');
END;
