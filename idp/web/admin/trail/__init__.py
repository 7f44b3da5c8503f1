"""The trail: what happened."""

from idp.web.admin.trail import events

__all__ = ["events"]
