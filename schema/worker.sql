-- SPDX-License-Identifier: Apache-2.0
-- The worker's own tables, in a schema of their own, so that the application's tables and migrations stay untouched.
-- Run after schema/roles.sql by a role that may create a schema in this database, as often as you like.  The worker
-- does without them: messages that killed a worker are then not counted, and revoked ids are forgotten at a restart.

do $$
begin
    -- "if not exists" would ask for the right to create a schema even where there is one
    if to_regnamespace('trophy_worker') is null then
        create schema trophy_worker;
        comment on schema trophy_worker is 'trophy-worker: what it has to remember beyond its process';
    end if;
end
$$;

-- A message that came again is marked here before it is run, and the mark goes when it has ended: what is left counts
-- the runs that a process did not survive.  id is the task's, or
-- "body:..." with a digest of its body where the headers name none.
create table if not exists trophy_worker.attempt (
    id text primary key,
    attempts integer not null,
    marked_at timestamptz not null
);

-- Ids that remote control has revoked; until: when that may be forgotten, null: never by itself.
create table if not exists trophy_worker.revoked (
    id text primary key,
    revoked_at timestamptz not null,
    until timestamptz
);

grant usage on schema trophy_worker to trophy_worker;
grant select, insert, update, delete on trophy_worker.attempt, trophy_worker.revoked to trophy_worker;
