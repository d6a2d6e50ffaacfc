-- SPDX-License-Identifier: Apache-2.0
-- The process that serves this session.  A connection pooler tells its client another number than this.
SELECT pg_backend_pid()
