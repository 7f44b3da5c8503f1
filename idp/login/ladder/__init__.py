"""The rules of the login as pure functions: facts and the current time come in, a decision comes out."""
