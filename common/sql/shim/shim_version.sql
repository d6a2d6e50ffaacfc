-- SPDX-License-Identifier: Apache-2.0
-- What an answer to user $1 (0: anonymous; null: the owner of the API token $2) is made from, as one text that differs if
-- any of it does, without reading it.  Of the parts of $3 only: 1 trophies, 2 the user's awards, 4 the user's
-- statistics, 8 the user's workout dates.  A version of a row is its xmin; the time it says it was changed at guards
-- against a database that was loaded anew.  And who that user is, if there is one: one round trip does for both.  The
-- snapshot in which all of it was seen is that of shim_snapshot.sql.
SELECT u.id, u.is_active, u.is_staff,
       concat_ws('.',
       CASE WHEN $3::int4 & 1 <> 0 THEN
           (SELECT count(*) || 't' || bit_xor(hashint8extended(t.xmin::text::int8, t.id)
                                          # timestamp_hash_extended(t.updated AT TIME ZONE 'UTC', t.id))
              FROM trophies_trophy t) END,
       CASE WHEN $3::int4 & 2 <> 0 THEN
           (SELECT count(*) || 'a' || bit_xor(hashint8extended(a.xmin::text::int8, a.id)
                                          # timestamp_hash_extended(a.earned_at AT TIME ZONE 'UTC', a.id))
              FROM trophies_usertrophy a WHERE a.user_id = asker.id) END,
       CASE WHEN $3::int4 & 4 <> 0 THEN
           (SELECT s.id || 's' || s.xmin || 'u' || extract(epoch FROM s.last_updated)
              FROM trophies_userstatistics s WHERE s.user_id = asker.id) END,
       CASE WHEN $3::int4 & 8 <> 0 THEN
           (SELECT 'd' || hash_array_extended(array_agg(DISTINCT w.date ORDER BY w.date), 0)
              FROM manager_workoutsession w WHERE w.user_id = asker.id) END),
       CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_current_snapshot() || '@' || pg_postmaster_start_time() END
  FROM (SELECT coalesce($1::int4, (SELECT k.user_id FROM authtoken_token k WHERE k.key = $2::text)) AS id) AS asker
  LEFT JOIN auth_user u ON u.id = asker.id
