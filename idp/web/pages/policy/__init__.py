"""Editing the access policy: one sheet of rules, a page for each rule, and trying the unsaved ones."""
