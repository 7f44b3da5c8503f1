"""Operators' pages that are more than a list or a form of one table: one module for each."""
