-- SPDX-License-Identifier: Apache-2.0
-- Its tag has to be COMMIT: of a failed transaction COMMIT succeeds with the tag ROLLBACK.
COMMIT
