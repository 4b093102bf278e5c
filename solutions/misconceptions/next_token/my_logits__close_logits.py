"""Takes a small gap between logits for an equally small one between probabilities.

de: Deine beiden besten Logits unterscheiden sich nur um 0.1, ihre Wahrscheinlichkeiten aber um
mehr als 0.01. Rechne exp(0.1) aus: Um wie viel Prozent liegt das erste vorn?
en: Your two best logits differ by 0.1 only, but their probabilities by more than 0.01. Work out
exp(0.1): by how many per cent is the first ahead?
"""

my_logits = np.array([3.0, 2.9, 0.0, 0.0, -1.0, -1.0])
