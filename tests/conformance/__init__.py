"""What can be certified: one test at least for each requirement, named after its id."""
