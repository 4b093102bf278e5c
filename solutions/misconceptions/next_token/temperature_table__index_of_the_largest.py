"""Stores where the largest probability is, not how large it is.

de: Du speicherst, an welcher Stelle die größte Wahrscheinlichkeit steht, und nicht, wie groß sie
ist. Warum steht bei allen drei Temperaturen dieselbe Zahl vorn, und könnte sie eine größte
Wahrscheinlichkeit sein?
en: You store the place of the largest probability and not how large it is. Why is the first number
the same at all three temperatures, and could it be a largest probability?
"""

temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = (int(np.argmax(p)), entropy(p))
