"""Wrong answers made from a reference: changes of its syntax, and of its behaviour."""
