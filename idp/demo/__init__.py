"""A pretend Verify and a pretend Flex. Reachable in demo mode and in tests only."""
