"""Returns where the largest difference is, not how large it is.

de: Du gibst zurück, bei welchem Token der Abstand am größten ist, nicht wie groß er ist. Schau
nach, worin sich np.argmax und np.max unterscheiden.
en: You return at which token the gap is largest, not how large it is. Look up how np.argmax and
np.max differ.
"""


def deviation(p, rel):
    return int(np.argmax(np.abs(p - rel)))
