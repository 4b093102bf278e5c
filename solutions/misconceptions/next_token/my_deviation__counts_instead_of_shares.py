"""Compares the probabilities with the counts.

de: Du vergleichst Wahrscheinlichkeiten mit Anzahlen. Kann ein Abstand zwischen zwei Anteilen
größer als 1 sein, und was gibt sample_many in welcher Reihenfolge zurück?
en: You compare probabilities with counts. Can a gap between two shares exceed 1, and what does
sample_many return in which order?
"""

p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, p, 10000, np.random.default_rng(42))
my_deviation = deviation(p, counts)
