-- The runs of `reliable`. Every time is text, in UTC, such as 2026-11-26T16:32:33.123Z. Look at the views first:
--   SELECT * FROM runs;  SELECT * FROM history;  SELECT * FROM pending;  SELECT * FROM grants;

-- What the store knows of itself.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY, -- 'key': a random number, which digests are made with. It is a secret.
    value TEXT NOT NULL
) STRICT;

-- Each `Store` that is open, in whichever process. Beside this file it has one of its own, which is called as this one and
-- `suffix`, and is locked as long as it lives: where that is not locked, or not there, the process is dead, and its runs are for
-- whoever takes them.
CREATE TABLE owner (
    key     INTEGER PRIMARY KEY AUTOINCREMENT,
    suffix  TEXT NOT NULL UNIQUE,
    process INTEGER NOT NULL, -- its id
    host    TEXT NOT NULL,
    since   TEXT NOT NULL
) STRICT;

-- A run: one execution of a flow, in as many lives as it takes.
CREATE TABLE run (
    key       INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT NOT NULL UNIQUE, -- as it was given
    workflow  TEXT,                 -- of one that was submitted
    input     TEXT,                 -- what it was submitted with: JSON
    version   TEXT,                 -- of the worker that has begun it
    is_worked INTEGER NOT NULL DEFAULT 0, -- whether a worker has begun it: then it is for workers of that version
    status    TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'ended', 'parked', 'cancelled')),
    outcome   TEXT,                 -- of one that has ended: JSON
    halt      TEXT,                 -- why it is parked: JSON
    owner     INTEGER REFERENCES owner (key) ON DELETE SET NULL, -- who is at it
    epoch     INTEGER NOT NULL DEFAULT 0, -- its life: who is at it writes with this number, and nobody with an older one
    seed      TEXT NOT NULL,        -- a random number, of which its idempotency keys are made. It is a secret.
    created   TEXT NOT NULL,
    began     TEXT,
    ended     TEXT
) STRICT;

CREATE INDEX run_to_do ON run (workflow, key) WHERE status = 'open' AND owner IS NULL;
CREATE INDEX run_of_owner ON run (owner) WHERE owner IS NOT NULL;

-- What is recorded of a run: how its calls ended, and the answers that it went on with.
CREATE TABLE entry (
    key        INTEGER PRIMARY KEY,
    run        INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('call', 'question')),
    tool       TEXT NOT NULL,    -- the path of the function
    number     INTEGER NOT NULL, -- among the calls of that function in this run
    place      INTEGER NOT NULL, -- among all that is recorded of this run: in this order it is handed out
    arguments  TEXT NOT NULL,    -- in words, for the reader; what is long is cut
    outcome    TEXT,             -- JSON: {"Ok":…} or {"Err":…}
    unwritable TEXT,             -- why there is no outcome
    noted      TEXT,             -- what it spent and observed in its agent's run: JSON
    at         TEXT NOT NULL,    -- when it ended
    UNIQUE (run, kind, tool, number)
) STRICT;

-- A question to a human, and its answer.
CREATE TABLE question (
    key        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    run        INTEGER NOT NULL REFERENCES run (key) ON DELETE CASCADE,
    tool       TEXT NOT NULL,
    number     INTEGER NOT NULL,
    call       TEXT NOT NULL,    -- in words, for the reader
    reason     TEXT,
    request    TEXT NOT NULL,    -- all that was asked: JSON
    asked      TEXT NOT NULL,
    expires    TEXT,
    answer     TEXT CHECK (answer IN ('approved', 'denied', 'expired')),
    by         TEXT,
    decision   TEXT,             -- all that was answered: JSON
    decided    TEXT,
    is_void    INTEGER NOT NULL DEFAULT 0, -- the run asks something else by now, or was cancelled: no answer counts
    is_over    INTEGER NOT NULL DEFAULT 0  -- the run has gone on with the answer
) STRICT;

CREATE INDEX question_of_run ON question (run, tool, number);
CREATE INDEX question_open ON question (key) WHERE decision IS NULL AND is_void = 0 AND is_over = 0;

-- The runs, the latest first, and how they stand. 'open' with a process: that one is at it, unless it has died.
CREATE VIEW runs AS
SELECT run.id, run.workflow, run.status, owner.process, owner.host,
       (SELECT count(*) FROM entry WHERE entry.run = run.key) AS recorded,
       run.created, run.ended, coalesce(run.outcome, json_extract(run.halt, '$.message')) AS came_to
FROM run LEFT JOIN owner ON owner.key = run.owner
ORDER BY run.key DESC;

-- What happened, run by run, in its order.
CREATE VIEW history AS
SELECT run.id AS run, entry.place, entry.at, entry.kind, entry.tool, entry.number, entry.arguments,
       coalesce(entry.outcome, entry.unwritable) AS outcome
FROM entry JOIN run ON run.key = entry.run
ORDER BY run.key, entry.place;

-- The questions that wait for an answer, the eldest first.
CREATE VIEW pending AS
SELECT question.id, run.id AS run, question.call, question.reason, question.asked, question.expires
FROM question JOIN run ON run.key = question.run
WHERE question.decision IS NULL AND question.is_void = 0 AND question.is_over = 0 AND run.status IN ('open', 'parked')
  AND (question.expires IS NULL OR question.expires > strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
ORDER BY question.key;
