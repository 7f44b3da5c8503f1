"""The operators' admin: one module for each thing that operators look after."""

from idp.web.admin import keys, operators, people, phones, policies, rules, services, trail

__all__ = ["keys", "operators", "people", "phones", "policies", "rules", "services", "trail"]
