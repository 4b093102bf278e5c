"""Makes all six tokens equal.

de: Bei dir liegen alle sechs Token gleichauf, nicht nur zwei. Wie groß ist dann der Abstand vom
zweiten zum dritten Platz?
en: With yours all six tokens are level, not just two. How large is the distance from the second
to the third place then?
"""

my_logits = np.zeros(len(vocab))
