"""Figures from the trail: counted by the hour, stored, and evaluated."""
