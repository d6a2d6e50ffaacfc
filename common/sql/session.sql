-- SPDX-License-Identifier: Apache-2.0
-- A generic plan would take every set of users for one of ten; planning for what it is costs a fraction of a millisecond.
-- Settings of a session, or of the transaction ($3): $1 statement_timeout, $2 lock_timeout, in milliseconds.
-- JIT and parallel workers cost more than they bring for sets of some hundred users; dates and instants travel as ISO
-- and UTC.  Set here and not in the connection string, which a pooler may refuse.
SELECT set_config('statement_timeout', $1::text, $3::bool),
       set_config('lock_timeout', $2::text, $3::bool),
       set_config('idle_in_transaction_session_timeout', '60000', $3::bool),
       set_config('timezone', 'UTC', $3::bool),
       set_config('datestyle', 'ISO', $3::bool),
       set_config('jit', 'off', $3::bool),
       set_config('max_parallel_workers_per_gather', '0', $3::bool),
       set_config('plan_cache_mode', 'force_custom_plan', $3::bool)
