"""Operators' pages that are not a list or a form of one table, one module or package each."""
