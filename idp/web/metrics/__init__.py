"""Metrics for Prometheus: facts of the database, and durations of requests."""
