-- SPDX-License-Identifier: Apache-2.0
-- Does the database answer?
SELECT 1
