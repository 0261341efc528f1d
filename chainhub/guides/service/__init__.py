"""Use cases of guides: logging visits, keeping the monthly duty, reporting, grading."""
