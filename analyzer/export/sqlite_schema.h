// The tables and views of the SQLite export. README.md says what they mean, with queries.
#pragma once

namespace dregs {

// Before the rows are written.
inline constexpr char kSqliteTables[] = R"sql(
PRAGMA application_id = 1684370791;  -- "dreg"
PRAGMA user_version = 1;
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE loss (what TEXT NOT NULL, count INTEGER, note TEXT);
CREATE TABLE modules (id INTEGER PRIMARY KEY, path TEXT, build_id TEXT, begin INTEGER, "end" INTEGER, bias INTEGER,
    main INTEGER, unloaded INTEGER);
CREATE TABLE frames (id INTEGER PRIMARY KEY, function TEXT, file TEXT, line INTEGER, "column" INTEGER, module TEXT,
    "offset" INTEGER, inlined INTEGER);
CREATE TABLE sites (id INTEGER PRIMARY KEY, frame_id INTEGER NOT NULL REFERENCES frames);
CREATE TABLE stacks (id INTEGER PRIMARY KEY, site_id INTEGER NOT NULL REFERENCES sites, cut TEXT NOT NULL);
CREATE TABLE stack_frames (stack_id INTEGER NOT NULL REFERENCES stacks, position INTEGER NOT NULL,
    frame_id INTEGER NOT NULL REFERENCES frames, PRIMARY KEY (stack_id, position)) WITHOUT ROWID;
CREATE TABLE kinds (id INTEGER PRIMARY KEY, name TEXT, parent_id INTEGER REFERENCES kinds, entered INTEGER,
    left INTEGER, clean INTEGER);
CREATE TABLE threads (id INTEGER PRIMARY KEY, tid INTEGER, name TEXT);
CREATE TABLE scopes (id INTEGER PRIMARY KEY, kind_id INTEGER NOT NULL REFERENCES kinds, label TEXT,
    parent_id INTEGER REFERENCES scopes, state TEXT, pool INTEGER, begin_cs INTEGER, end_cs INTEGER);
CREATE TABLE live (stack_id INTEGER NOT NULL REFERENCES stacks, scope_id INTEGER REFERENCES scopes,
    kind_id INTEGER NOT NULL REFERENCES kinds, thread_id INTEGER NOT NULL REFERENCES threads, blocks NUMERIC NOT NULL,
    bytes NUMERIC NOT NULL, outlived INTEGER NOT NULL, since_cs INTEGER NOT NULL);
CREATE TABLE allocated (stack_id INTEGER PRIMARY KEY REFERENCES stacks, allocated_blocks INTEGER,
    allocated_bytes INTEGER, released_blocks INTEGER, released_bytes INTEGER);
)sql";

// After them.
inline constexpr char kSqliteViews[] = R"sql(
CREATE INDEX live_by_stack ON live (stack_id);
CREATE INDEX live_by_scope ON live (scope_id);
CREATE INDEX stacks_by_site ON stacks (site_id);
CREATE VIEW top AS
    SELECT sites.id AS site_id, sum(blocks) AS live_blocks, sum(bytes) AS live_bytes,
        sum(blocks * outlived) AS outlived_blocks, sum(bytes * outlived) AS outlived_bytes,
        count(DISTINCT stacks.id) AS stacks, function, file, line, module
    FROM live JOIN stacks ON stacks.id = stack_id JOIN sites ON sites.id = site_id JOIN frames ON frames.id = frame_id
    GROUP BY sites.id ORDER BY live_blocks DESC, live_bytes DESC;
CREATE VIEW survivors AS
    SELECT kinds.name AS scope, sum(blocks) AS survivor_blocks, sum(bytes) AS survivor_bytes,
        count(DISTINCT scope_id) AS instances, function, file, line, module, sites.id AS site_id
    FROM live JOIN kinds ON kinds.id = kind_id JOIN stacks ON stacks.id = stack_id
        JOIN sites ON sites.id = site_id JOIN frames ON frames.id = frame_id
    WHERE outlived GROUP BY kinds.id, sites.id ORDER BY survivor_blocks DESC, survivor_bytes DESC;
CREATE VIEW by_kind AS
    SELECT name AS scope, entered, left, coalesce(sum(blocks), 0) AS live_blocks, coalesce(sum(bytes), 0) AS live_bytes,
        coalesce(sum(blocks * outlived), 0) AS survivor_blocks, coalesce(sum(bytes * outlived), 0) AS survivor_bytes
    FROM kinds LEFT JOIN live ON kind_id = kinds.id GROUP BY kinds.id ORDER BY survivor_blocks DESC, live_blocks DESC;
CREATE VIEW by_thread AS
    SELECT name AS thread, tid, sum(blocks) AS live_blocks, sum(bytes) AS live_bytes,
        sum(blocks * outlived) AS outlived_blocks
    FROM live JOIN threads ON threads.id = thread_id GROUP BY threads.id ORDER BY live_blocks DESC;
CREATE VIEW by_module AS
    SELECT module, sum(live_blocks) AS live_blocks, sum(live_bytes) AS live_bytes,
        sum(outlived_blocks) AS outlived_blocks, count(*) AS sites
    FROM top GROUP BY module ORDER BY live_blocks DESC;
CREATE VIEW instances AS
    SELECT scopes.id AS scope_id, kinds.name AS scope, label, state, sum(blocks) AS live_blocks,
        sum(bytes) AS live_bytes, sum(blocks * outlived) AS survivor_blocks, scopes.begin_cs, scopes.end_cs
    FROM live JOIN scopes ON scopes.id = scope_id JOIN kinds ON kinds.id = scopes.kind_id
    WHERE kinds.id <> 0 GROUP BY scopes.id ORDER BY survivor_blocks DESC, live_blocks DESC;
CREATE VIEW stack_text AS
    SELECT stack_id, group_concat(name, ' < ') AS callers
    FROM (SELECT stack_id, coalesce(nullif(function, ''), module || printf('+0x%x', "offset")) AS name FROM stack_frames JOIN frames ON frames.id = frame_id
        ORDER BY stack_id, position)
    GROUP BY stack_id;
)sql";

}  // namespace dregs
