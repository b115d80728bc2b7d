"""What `make demo` asks of the running example, and what it has to answer."""
