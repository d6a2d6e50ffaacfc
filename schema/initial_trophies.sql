-- SPDX-License-Identifier: Apache-2.0
-- The nine trophies of the proposal.  Run after schema/trophies.sql by the tables' owner.  A trophy is known by its
-- uuid: running this again changes nothing.  Where a trophy of the same name stands under another uuid (the
-- application loads its own) it is left alone and none is added.

insert into trophies_trophy
    (uuid, name, description, trophy_type, checker_class, checker_params,
     is_hidden, is_progressive, is_active, is_repeatable, "order", created, updated)
select v.uuid::uuid, v.name, v.description, v.trophy_type, v.checker_class, v.checker_params::jsonb,
       v.is_hidden, v.is_progressive, true, false, v.place, now(), now()
from (values
    (1, 'bfecc302-8510-4cd3-8768-b788a27a3cc3', 'Beginner', 'Finished the first workout',
     'count', 'workout_count_based', '{"count": 1}', false, false),
    (2, '51e8a4c6-3176-4825-a46e-72b6718e283c', 'Unstoppable', 'Worked out on 30 days in a row',
     'sequence', 'streak', '{"days": 30}', false, true),
    (3, '81f3b363-e812-42bf-a1fa-5dd932e809d0', 'Weekend Warrior',
     'Worked out on Saturday and Sunday for 4 weekends in a row',
     'sequence', 'weekend_warrior', '{"weekends": 4}', false, true),
    (4, '8d50c9ba-d249-41cf-846d-0d6e7d8fabf5', 'Lifter', 'Lifted 5,000 kg in total',
     'volume', 'volume', '{"kg": 5000}', false, true),
    (5, '192fe0ee-5357-4d82-b489-20c07e830b20', 'Atlas', 'Lifted 100,000 kg in total',
     'volume', 'volume', '{"kg": 100000}', false, true),
    (6, '249e19c1-e9c7-4592-9e00-cbd5fb085258', 'Early Bird', 'Started a workout before 6:00',
     'time', 'time_based', '{"before": "06:00"}', false, false),
    (7, 'ca4ea51e-2313-4b67-b8c2-b19b231a3673', 'Night Owl', 'Started a workout after 21:00',
     'time', 'time_based', '{"after": "21:00"}', false, false),
    (8, 'bf981f6f-8342-458a-bfcc-01177753e831', 'New Year, New Me', 'Worked out on the 1st of January',
     'other', 'date_based', '{"month": 1, "day": 1}', false, false),
    (9, '3ddfc0ff-5589-4cde-81a4-f8f28685937e', 'Phoenix', 'Came back after 30 days without a workout',
     'other', 'inactivity_return', '{"inactive_days": 30}', true, false)
) as v (place, uuid, name, description, trophy_type, checker_class, checker_params, is_hidden, is_progressive)
where not exists (select from trophies_trophy t where t.uuid = v.uuid::uuid or t.name = v.name)
order by v.place
on conflict (uuid) do nothing;
