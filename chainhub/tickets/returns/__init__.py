"""Returns seen together: who returned what to whom, was it upheld, and where the responsibility list is unclear."""
