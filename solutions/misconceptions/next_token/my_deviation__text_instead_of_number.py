"""Stores the number as a formatted text.

de: Du speicherst einen Text, der nur wie eine Zahl aussieht. Was sagt type(my_deviation), und
klappt my_deviation < 0.03?
en: You store a text that only looks like a number. What does type(my_deviation) say, and does
my_deviation < 0.03 work?
"""

p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, p, 10000, np.random.default_rng(42))
my_deviation = f"{deviation(p, rel):.4f}"
