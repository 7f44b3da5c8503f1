"""Reads Responses back, checks and explains them: those that were sent, and those that would be sent."""
