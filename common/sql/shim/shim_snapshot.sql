-- SPDX-License-Identifier: Apache-2.0
-- Which transactions a statement sees at this moment, as one text; on a standby, whose snapshots do not list those in
-- progress, nothing.  And of which server: behind a pooler it may be another one than before.
SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_current_snapshot() || '@' || pg_postmaster_start_time() END
