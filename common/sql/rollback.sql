-- SPDX-License-Identifier: Apache-2.0
-- After a failure, or when nothing of the batch may stand.
ROLLBACK
