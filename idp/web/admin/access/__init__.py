"""Who may sign in, and for how long: access rules, their revisions, temporary passes and timeout policies."""

from idp.web.admin.access import passes, revisions, rules, timeout_policies

__all__ = ["passes", "revisions", "rules", "timeout_policies"]
