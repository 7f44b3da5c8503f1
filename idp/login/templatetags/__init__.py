"""Template filters for the login's pages."""
