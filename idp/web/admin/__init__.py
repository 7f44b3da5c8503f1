"""The operators' admin: a package for each section of its contents, in which each kind of row has a module."""

from idp.web.admin import access, operators, own_apps, people, records, services, trail

__all__ = ["access", "operators", "own_apps", "people", "records", "services", "trail"]
