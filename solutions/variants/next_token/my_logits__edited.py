"""The given logits, with "Frankreich" lifted to "Paris"."""

my_logits = logits.copy()
my_logits[vocab.index("Frankreich")] = my_logits[vocab.index("Paris")] - 0.001
