"""What surrounds a session: who is invited, who came, what is shown of it, what was decided, what they thought of it."""
