"""抄送: a ticket shown to one more person, a leader or somebody of another unit, to read and not to handle."""
