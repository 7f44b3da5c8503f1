"""The login, package by package."""
