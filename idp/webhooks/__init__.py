"""Webhooks: messages to the operator's back ends about who signed in, and which device was added or ended."""
