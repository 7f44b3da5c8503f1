"""Agents' own pages, below `/me`: sign-ins, signing out, and what is set up for the day on which no text comes."""
