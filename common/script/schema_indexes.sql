-- SPDX-License-Identifier: Apache-2.0
-- One line of text for each unique index that refuses a second award of a trophy which is repeatable now.  Asked only where the
-- tables fit.  Which trophies an index leaves out is read from the numbers in its predicate.
SELECT format('%s: refuses a second award of ''%s'' (%s), which is repeatable: schema --apply --with-indexes makes it anew',
              i.indexrelid::regclass, t.name, t.id)
  FROM pg_index i
 CROSS JOIN trophies_trophy t
 WHERE i.indrelid = to_regclass('trophies_usertrophy') AND i.indisunique AND i.indisvalid AND i.indexprs IS NULL
   AND t.is_repeatable
   AND NOT EXISTS (SELECT FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS k (attnum)
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                    WHERE a.attname NOT IN ('user_id', 'trophy_id'))
   AND t.id::text NOT IN (SELECT m[1] FROM regexp_matches(coalesce(pg_get_expr(i.indpred, i.indrelid), ''), '\d+', 'g') AS m)
 ORDER BY 1
