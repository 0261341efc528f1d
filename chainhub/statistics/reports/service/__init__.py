"""Use cases of monthly reports: drafting, publishing, signing; checking what was published; the schedule."""
