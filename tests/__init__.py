"""Everything that tests: the hidden laws of the course and the tests of the engine."""
