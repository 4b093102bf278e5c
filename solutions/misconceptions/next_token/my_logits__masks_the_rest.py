"""Masks the other tokens with -inf.

de: Du sperrst die übrigen Token mit -inf, verlangt sind aber endliche Zahlen. Wie klein muss
ein Logit sein, damit er neben einer 3 kaum noch zählt?
en: You mask the other tokens with -inf, but finite numbers are asked for. How small must a
logit be to hardly count beside a 3?
"""

my_logits = np.array([2.0, 2.0, -np.inf, -np.inf, -np.inf, -np.inf])
