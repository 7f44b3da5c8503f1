"""Signing in to the admin, and the middleware that protects every page behind it."""
