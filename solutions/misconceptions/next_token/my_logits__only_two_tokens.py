"""Leaves the other four tokens out.

de: Du gibst nur den beiden Spitzenreitern einen Logit. Das Vokabular hat sechs Token: Welche
Form soll das Array haben?
en: You give a logit to the two leaders only. The vocabulary has six tokens: which shape should
the array have?
"""

my_logits = np.array([3.0, 3.0])
