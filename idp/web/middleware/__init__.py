"""Middleware. `MIDDLEWARE` in the settings gives the order."""
