"""Supervisors: operators who look after the people of some departments, and what they may see and do."""
