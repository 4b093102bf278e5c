"""Compares the theory with itself.

de: Du vergleichst die Theorie mit sich selbst, der Abstand ist genau 0. Welches deiner beiden
Argumente müsste aus den 10000 Zügen kommen?
en: You compare the theory with itself, and the gap is exactly 0. Which of your two arguments
should come from the 10000 draws?
"""

p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, p, 10000, np.random.default_rng(42))
my_deviation = deviation(p, p)
