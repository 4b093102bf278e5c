"""One pytest session over the hidden tests of an assignment."""
