"""Agents' own pages, under `/me`: sign-ins, signing out, and other factors for when no text arrives."""
