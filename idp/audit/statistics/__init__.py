"""Figures from the trail: counted by the hour and kept, and what is worked out from them."""
