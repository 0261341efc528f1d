"""Asking somebody who has no account (a bank, a power company, an expert) about a ticket, by a signed address."""
