"""The pure rules of the login: which proof lets an agent in without a code, and what comes next."""
