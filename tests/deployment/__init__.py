"""The files in deploy/: units, proxy, container, chart, alerts."""
