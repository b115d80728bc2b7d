"""Documents of owners in tenants, and who may do what with them."""
