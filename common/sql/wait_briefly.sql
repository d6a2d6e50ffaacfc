-- SPDX-License-Identifier: Apache-2.0
-- Until the end of this transaction no lock is waited for longer than this, whatever database.lock_timeout says.
SET LOCAL lock_timeout = '100ms'
