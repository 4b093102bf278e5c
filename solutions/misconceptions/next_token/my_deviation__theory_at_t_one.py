"""Draws at T = 1.2 but compares with the probabilities at T = 1.

de: Du ziehst bei T = 1.2 und vergleichst mit der Theorie für T = 1. Wie groß ist p für „Paris“ bei
beiden Temperaturen, und verschwindet dieser Abstand je, wenn n wächst?
en: You draw at T = 1.2 and compare with the theory for T = 1. How large is p of "Paris" at each of
the two temperatures, and does this gap ever vanish as n grows?
"""

probs = softmax(logits)
warm = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, warm, 10000, np.random.default_rng(42))
my_deviation = deviation(probs, rel)
