-- SPDX-License-Identifier: Apache-2.0
-- Settings of the shim's session, or of the transaction ($3): $1 statement_timeout, $2 lock_timeout, in milliseconds.  It
-- can only read, and its plans are kept: every question is about one user.
SELECT set_config('statement_timeout', $1::text, $3::bool),
       set_config('lock_timeout', $2::text, $3::bool),
       set_config(CASE WHEN $3::bool THEN 'transaction_read_only' ELSE 'default_transaction_read_only' END, 'on', $3::bool),
       set_config('idle_in_transaction_session_timeout', '60000', $3::bool),
       set_config('timezone', 'UTC', $3::bool),
       set_config('datestyle', 'ISO', $3::bool),
       set_config('jit', 'off', $3::bool),
       set_config('max_parallel_workers_per_gather', '0', $3::bool),
       set_config('plan_cache_mode', 'force_generic_plan', $3::bool)
