"""People and phones: agents and operators, their devices, departments, personnel systems, and the safe list."""

from idp.web.admin.people import agents, departments, devices, personnel_systems, safe_list

__all__ = ["agents", "departments", "devices", "personnel_systems", "safe_list"]
