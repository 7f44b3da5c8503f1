"""The rules of the ladder, as tables of cases."""
