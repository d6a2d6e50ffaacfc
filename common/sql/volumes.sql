-- The weight that users $1 (int4[]) have lifted, in kg, exact until it is rounded once at the end.  Pounds (unit 2) are
-- turned into kg and rounded to four places before they are multiplied.  Grouped by weight first, so that there is one
-- rounding and one product a group and not a row (guide/hot-path).
SELECT user_id, round(sum(kg * repetitions), 2)
  FROM (SELECT user_id,
               CASE weight_unit_id WHEN 2 THEN round(weight * 0.45359237, 4) ELSE weight END AS kg,
               sum(repetitions) AS repetitions
          FROM manager_workoutlog
         WHERE user_id = ANY ($1::int4[]) AND weight IS NOT NULL AND repetitions IS NOT NULL
         GROUP BY user_id, weight_unit_id, weight) AS weights
 GROUP BY user_id
