"""One login from the request of a protocol to its answer: its state, its transactions and its writes."""
