-- SPDX-License-Identifier: Apache-2.0
-- Until the end of this transaction no lock is waited for longer than $1 milliseconds; 0: without limit.
SELECT set_config('lock_timeout', $1::text, true)
