-- After a failure, or when nothing of the batch may stand.
ROLLBACK
