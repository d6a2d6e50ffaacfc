-- SPDX-License-Identifier: Apache-2.0
-- One batch is one transaction (design, "One transaction").
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE
