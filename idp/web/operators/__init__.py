"""The admin's site and its door: who comes in and how, and the guard of every page behind it."""
