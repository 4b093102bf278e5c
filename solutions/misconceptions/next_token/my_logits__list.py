"""A list instead of an array.

de: Deine Zahlen stimmen, aber my_logits ist eine Liste. Sieh dir type(my_logits) an: Was fehlt
um die eckigen Klammern herum?
en: Your numbers are right, but my_logits is a list. Look at type(my_logits): what is missing
around the square brackets?
"""

my_logits = [3.0, 3.0, 0.0, 0.0, -1.0, -1.0]
