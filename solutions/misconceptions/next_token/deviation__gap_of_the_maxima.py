"""Compares the largest probability with the largest frequency.

de: Du vergleichst das größte p mit dem größten rel, auch wenn sie zu verschiedenen Token
gehören. Probier p = [0.9, 0.1] und rel = [0.1, 0.9]: Ist das wirklich ein perfekter Treffer?
en: You compare the largest p with the largest rel even where they belong to different tokens.
Try p = [0.9, 0.1] and rel = [0.1, 0.9]: is that really a perfect match?
"""


def deviation(p, rel):
    return abs(max(p) - max(rel))
