"""Gives one token alone the lead.

de: Bei dir führt ein Token ganz allein. Sieh dir softmax(my_logits) an: Welches zweite Token
soll mit ihm gleichziehen?
en: With yours one token leads alone. Look at softmax(my_logits): which second token should draw
level with it?
"""

my_logits = np.array([5.0, 2.0, 0.0, 1.0, -1.0, -2.0])
