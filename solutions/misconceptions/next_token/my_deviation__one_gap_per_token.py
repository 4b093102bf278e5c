"""Keeps the gap of every token instead of the largest.

de: Du speicherst sechs Abstände, einen für jedes Token; verlangt ist eine Zahl. Welcher der sechs
ist mit „der größte Abstand“ gemeint?
en: You store six gaps, one for each token; one number is asked for. Which of the six is meant by
"the largest gap"?
"""

p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, p, 10000, np.random.default_rng(42))
my_deviation = np.abs(p - rel)
