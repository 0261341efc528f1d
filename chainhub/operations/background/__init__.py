"""Background work as its keepers see it: who leads, what ran, what was missed, and running a job now."""
