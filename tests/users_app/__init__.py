"""User models of one's own, installed by the tests that ask for them."""
