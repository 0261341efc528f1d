"""What may be done with guides and assignments. The door commits."""
