"""Whether the hidden tests of an assignment are any good."""
