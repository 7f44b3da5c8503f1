"""Whole stories, as agents live them, over real HTTP."""
