-- SPDX-License-Identifier: Apache-2.0
-- Which transactions a statement sees at this moment, as one text; on a standby, whose snapshots do not list those in
-- progress, nothing.
SELECT CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_current_snapshot()::text END
