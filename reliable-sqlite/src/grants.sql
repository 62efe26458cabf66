-- The answers that hold for later questions, too: SELECT * FROM grants;

-- Each was given to a question, and answers all that are like it, in any run. Where the row is deleted, it is revoked.
CREATE TABLE "grant" (
    key      TEXT PRIMARY KEY,     -- a digest of the function and of the arguments that must be the same
    question TEXT NOT NULL UNIQUE, -- the id of the question to which it was given
    run      TEXT NOT NULL,        -- the run that has asked it
    function TEXT NOT NULL,        -- its path
    call     TEXT NOT NULL,        -- what was asked, in words, for the reader
    same     TEXT,                 -- the names of the arguments that must be the same; NULL: all of them
    answer   TEXT NOT NULL CHECK (answer IN ('approved', 'denied')),
    by       TEXT,
    given    TEXT NOT NULL,
    expires  TEXT,
    granted  TEXT NOT NULL         -- all of it: JSON
) STRICT;

ALTER TABLE question ADD COLUMN alike TEXT; -- for which later questions the answer may be remembered: JSON
ALTER TABLE question ADD COLUMN remembered TEXT; -- the question to which the answer was given, where it was remembered

-- Those that hold, the eldest first. One in which `granted` says something else than the columns, or that can't be read, answers
-- nothing: its answer is 'unreadable'.
CREATE VIEW grants AS
SELECT question, run, function, call, coalesce(same, 'all') AS same,
    CASE
        WHEN NOT json_valid(granted) THEN 'unreadable'
        WHEN json_extract(granted, '$.decision.' || iif(answer = 'approved', 'Approved', 'Denied')) IS NULL THEN 'unreadable'
        WHEN json_extract(granted, '$.question.id', '$.question.run', '$.alike.function')
            IS NOT json_array(question, run, function) THEN 'unreadable'
        WHEN given NOT GLOB '????-??-??T??:??:??.???Z' OR expires NOT GLOB '????-??-??T??:??:??.???Z' THEN 'unreadable'
        ELSE answer
    END AS answer,
    by, given, expires
FROM "grant"
WHERE expires IS NULL OR expires > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    OR expires NOT GLOB '????-??-??T??:??:??.???Z'
ORDER BY given, question;
