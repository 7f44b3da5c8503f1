"""The customer's own apps and servers: apps and back ends, webhooks, and messages to them."""

from idp.web.admin.own_apps import apps, webhook_messages, webhooks

__all__ = ["apps", "webhook_messages", "webhooks"]
