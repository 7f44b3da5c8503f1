"""Django's PostgreSQL backend, with a pool that notices at once when the server restarts."""
