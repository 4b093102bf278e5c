"""Gives the entropy in bits.

de: Du gibst die Entropie in Bit an. Wie groß kann sie bei sechs Tokens in nats höchstens werden,
und liegt dein Wert bei T = 3.0 darunter? Hast du nicht schon eine Funktion, die in nats rechnet?
en: You give the entropy in bits. How large can it be at most for six tokens in nats, and is your
value at T = 3.0 below that? Don't you already have a function that computes nats?
"""

temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = (p.max(), -np.sum(p * np.log2(p)))
