-- SPDX-License-Identifier: Apache-2.0
-- Settings of the shim's session: $1 statement_timeout, $2 lock_timeout, in milliseconds.  It can only read, and its
-- plans are kept: every question is about one user.
SELECT set_config('statement_timeout', $1::text, false),
       set_config('lock_timeout', $2::text, false),
       set_config('default_transaction_read_only', 'on', false),
       set_config('idle_in_transaction_session_timeout', '60000', false),
       set_config('timezone', 'UTC', false),
       set_config('datestyle', 'ISO', false),
       set_config('jit', 'off', false),
       set_config('max_parallel_workers_per_gather', '0', false),
       set_config('plan_cache_mode', 'force_generic_plan', false)
