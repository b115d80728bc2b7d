"""Each parses, calls a flow and prints."""
