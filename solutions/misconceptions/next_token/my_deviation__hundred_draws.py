"""Draws 100 times instead of 10000 times.

de: Du ziehst viel zu selten. Lass dir die Summe von counts ausgeben: Sind es wirklich zehntausend
Züge, und was macht eine kleine Stichprobe mit dem Abstand?
en: You draw far too few times. Print the sum of counts: are they really ten thousand draws, and
what does a small sample do to the gap?
"""

p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, p, n=100, rng=np.random.default_rng(42))
my_deviation = deviation(p, rel)
