"""迎检: what an inspection or audit is shown of chosen tickets, by an account that only reads, masked, and ends by itself."""
