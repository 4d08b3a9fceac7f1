"""The foundation floor: accounts, ids, money, time, errors, jobs, idempotency and audit."""
