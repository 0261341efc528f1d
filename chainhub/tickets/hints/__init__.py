"""What category a matter most likely is and which unit most likely handles it, as the county's own history has it.

Only ever a hint: nothing is decided by it. It is learnt by scikit-learn (the extra `ml`); without it, and with too little
history, pages simply have no hint.
"""
