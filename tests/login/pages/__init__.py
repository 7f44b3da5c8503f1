"""The texts of the login's pages."""
