"""A cache of configuration in each process. Its key is a version that the database replaces with every change."""
