"""Webhooks: telling an operator's own back ends who signed in and which device came or went."""
