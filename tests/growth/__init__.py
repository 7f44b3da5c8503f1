"""What it costs to have many agents, many services and a long past."""
