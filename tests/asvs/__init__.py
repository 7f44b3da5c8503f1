"""Levels 1 and 2 of the OWASP ASVS 5.0.0, requirement by requirement, in our own words."""
