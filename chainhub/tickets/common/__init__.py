"""共性问题: one task of the task force behind many tickets. It never closes any of them."""
