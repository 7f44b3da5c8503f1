"""What gets slower with many agents, many services and a long history."""
