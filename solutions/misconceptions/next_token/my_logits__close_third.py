"""Puts the third logit 0.1 below the second, which is too near.

de: Dein dritter Logit liegt 0.1 unter dem zweiten, und das reicht nicht für 0.05 Abstand in der
Wahrscheinlichkeit. Sortiere softmax(my_logits) und sieh nach, wie viel fehlt.
en: Your third logit is 0.1 below the second, and that is not enough for a distance of 0.05 in
probability. Sort softmax(my_logits) and look how much is missing.
"""

my_logits = np.array([2.0, 2.0, 1.9, 0.0, 0.0, 0.0])
