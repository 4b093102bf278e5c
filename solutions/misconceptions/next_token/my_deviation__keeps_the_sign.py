"""Takes the lowest difference with its sign instead of the largest gap.

de: Du nimmst den kleinsten Unterschied samt Vorzeichen. Was bedeutet ein negativer Wert bei p -
rel, und ist das noch ein Abstand?
en: You take the lowest difference together with its sign. What does a negative value of p - rel
mean, and is that still a gap?
"""

p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, p, 10000, np.random.default_rng(42))
my_deviation = min(p - rel)
