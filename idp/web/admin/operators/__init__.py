"""Operators' rights: supervisors of departments, authenticator apps, and groups."""

from idp.web.admin.operators import authenticator_apps, groups, supervisors

__all__ = ["authenticator_apps", "groups", "supervisors"]
