-- SPDX-License-Identifier: Apache-2.0
-- Does the application look after this database itself, with Django's migrations?
SELECT to_regclass('django_migrations') IS NOT NULL
