"""States the gap in percent.

de: Du gibst den Abstand in Prozent an, verlangt ist der Abstand der Anteile selbst. In welcher
Einheit ist dann die Grenze 0.03 gemeint?
en: You state the gap in percent, but the gap of the shares themselves is asked for. In which unit
is the bound 0.03 meant then?
"""

p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, p, 10000, np.random.default_rng(42))
my_deviation = 100 * deviation(p, rel)
