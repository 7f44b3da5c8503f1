"""The editor of the access policy: the list of rules, a page for each rule, and trying unsaved rules."""
