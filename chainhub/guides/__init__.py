"""What guides do: visits, the monthly visit as a duty, coverage, half-year reports, yearly grades."""
