"""Use cases around a session."""
