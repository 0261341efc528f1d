"""Errands: long work that somebody asks for on a page and the scheduler does: 台账 out and in, 迎检资料包."""
