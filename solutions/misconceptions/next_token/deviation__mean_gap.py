"""Returns the mean of the absolute differences instead of the largest.

de: Du mittelst die Abstände, statt den größten zu nehmen. Wie ändert sich dein Ergebnis, wenn
hundert Token dazukommen, bei denen alles genau stimmt?
en: You average the gaps instead of taking the largest one. How does your result change if a
hundred tokens join that are all exactly right?
"""


def deviation(p, rel):
    return np.mean(np.abs(p - rel))
