"""Django's SQLite, with one writer at a time in the process."""
