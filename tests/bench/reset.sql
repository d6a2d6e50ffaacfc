-- SPDX-License-Identifier: Apache-2.0
-- fresh state: no statistics, nothing earned.   reset.sql -v what=stats|trophies|all
select case when :'what' in ('stats','all') then 't' else 'f' end as s, case when :'what' in ('trophies','all') then 't' else 'f' end as t \gset
\if :s
truncate trophies_userstatistics;
\endif
\if :t
truncate trophies_usertrophy;
\endif
vacuum analyze trophies_userstatistics; vacuum analyze trophies_usertrophy;
checkpoint;
