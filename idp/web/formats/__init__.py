"""Formats of dates and times where a template gives none: as in the rest of the admin, in logs and in exports."""
