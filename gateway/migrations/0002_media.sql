-- Media are read by us, not sent to us: what was seen beside the bytes belongs to the capture, and
-- a reading can end in two more ways.

DROP VIEW evidence_seen;

CREATE TABLE captures_2 (
    id INTEGER PRIMARY KEY,
    evidence TEXT NOT NULL REFERENCES evidence,
    device TEXT NOT NULL,
    medium TEXT NOT NULL,
    name TEXT NOT NULL,
    taken_at TEXT NOT NULL CHECK (taken_at LIKE '____-__-__T__:__:__.______Z'),
    ending TEXT NOT NULL CHECK (ending IN ('whole', 'idle', 'cut', 'unplugged', 'overflow',
                                            'stopped', 'unreadable', 'unstable')),
    longest_gap_ms INTEGER NOT NULL CHECK (longest_gap_ms >= 0),
    line_errors TEXT CHECK (line_errors IS NULL OR json_valid(line_errors)),  -- NULL: not counted
    notes TEXT NOT NULL CHECK (json_valid(notes)),
    reading TEXT CHECK (reading IS NULL OR json_valid(reading))               -- NULL: no medium
) STRICT;

INSERT INTO captures_2 SELECT *, NULL FROM captures;
DROP TABLE captures;
ALTER TABLE captures_2 RENAME TO captures;

CREATE INDEX captures_of_evidence ON captures (evidence);

CREATE VIEW evidence_seen AS  -- each piece of evidence over all the captures that brought it
SELECT
    evidence.*,
    (SELECT min(id) FROM captures WHERE evidence = sha256) AS first_capture,
    (SELECT count(*) FROM captures WHERE evidence = sha256) AS times_seen,
    (SELECT group_concat(DISTINCT ending) FROM captures WHERE evidence = sha256) AS endings,
    (SELECT max(reading IS NOT NULL) FROM captures WHERE evidence = sha256) AS is_reading
FROM evidence;
