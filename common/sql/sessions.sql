-- The sessions of users $1 (int4[]), one row a user: how many, the smallest and largest start in microseconds since
-- midnight, and the distinct dates ascending as days since 1970-01-01.
SELECT user_id,
       sum(sessions)::int8,
       (extract(epoch FROM min(earliest)) * 1000000)::int8,
       (extract(epoch FROM max(latest)) * 1000000)::int8,
       array_agg(date - date '1970-01-01' ORDER BY date)
  FROM (SELECT user_id, date, count(*) AS sessions, min(time_start) AS earliest, max(time_start) AS latest
          FROM manager_workoutsession
         WHERE user_id = ANY ($1::int4[])
         GROUP BY user_id, date) AS days
 GROUP BY user_id
