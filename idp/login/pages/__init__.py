"""The pages of the login, their forms and their texts."""
