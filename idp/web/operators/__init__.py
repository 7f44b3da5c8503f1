"""The admin's site, its sign-in, and the middleware that protects every page behind it."""
