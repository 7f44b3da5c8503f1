"""What ends sign-ins outside of a login: operators, agents, and a changed number."""
