"""Figures for a monitor, as Prometheus reads them: facts of the database, and how long requests took."""
