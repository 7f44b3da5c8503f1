"""The tests, which mirror the packages; stories of people and phones are in `journeys`."""
