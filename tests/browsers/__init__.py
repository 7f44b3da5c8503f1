"""Agents' pages in WebKit, the engine of every browser on an iPhone, and in Firefox: `make browsers`."""
