"""Lets three tokens lead side by side.

de: Bei dir führen drei Token gleichauf. Gefragt ist ein Rennen zu zweit: Wen von den dreien
senkst du ab?
en: With yours three tokens lead side by side. A race of two is asked for: which of the three do
you lower?
"""

my_logits = np.array([3.0, 0.0, 3.0, 3.0, -1.0, -2.0])
