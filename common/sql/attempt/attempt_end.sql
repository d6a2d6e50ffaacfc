-- SPDX-License-Identifier: Apache-2.0
-- Removes all marks of the messages $1 (JSON array of texts): they have ended.
DELETE FROM trophy_worker.attempt WHERE id IN (SELECT jsonb_array_elements_text($1::jsonb))
