"""Timeout policies say how long a sign-in counts; the access policy says who may enter a service."""
