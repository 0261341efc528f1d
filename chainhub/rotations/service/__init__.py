"""Use cases of rotations: laying sessions down, changing who is in, moving one session, exchanging two."""
