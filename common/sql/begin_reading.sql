-- SPDX-License-Identifier: Apache-2.0
-- All that is read until ROLLBACK is of one moment, and nothing can be written.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
