"""What may be done with tickets. One function is one use case; the door commits."""
