"""Tells Django about this package."""

from django.apps import AppConfig


class SessionsConfig(AppConfig):
    """The app `sso_sessions`, labelled so beside Django's own sessions."""

    name = "idp.sessions"
    label = "sso_sessions"
    verbose_name = "Sign-ins"
