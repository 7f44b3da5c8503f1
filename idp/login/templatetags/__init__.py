"""Template filters of the login's pages."""
