"""Supervisors: operators who look after the agents of some departments, and what they may see and do."""
