-- A medium that comes again and again: what evidence_seen says of it is found in the indexes alone,
-- without a look at the row of every capture.

DROP VIEW evidence_seen;
DROP INDEX captures_of_evidence;

CREATE INDEX captures_of_evidence ON captures (evidence, ending);
CREATE INDEX readings_of_evidence ON captures (evidence) WHERE reading IS NOT NULL;

CREATE VIEW evidence_seen AS  -- each piece of evidence over all the captures that brought it
SELECT
    evidence.*,
    (SELECT min(id) FROM captures WHERE evidence = sha256) AS first_capture,
    (SELECT count(*) FROM captures WHERE evidence = sha256) AS times_seen,
    (SELECT group_concat(DISTINCT ending) FROM captures WHERE evidence = sha256) AS endings,
    EXISTS (SELECT 1 FROM captures WHERE evidence = sha256 AND reading IS NOT NULL) AS is_reading
FROM evidence;
