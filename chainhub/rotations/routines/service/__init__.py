"""Use cases of recurring work: planning and changing it, laying its occasions down, marking one done."""
