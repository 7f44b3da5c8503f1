"""What stands in deploy/: units, proxy, container, chart, alerts."""
