"""The county in a bottle: a whole county plays through the real services while a virtual clock runs.

`rules` says who is how and what they mean to do; `playing` lets them; `invariants` says what must hold all the while.
"""
