"""HTTP requests to other hosts, only to addresses that were checked, and limited in time and size."""
