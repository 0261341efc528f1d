"""走访核查: what somebody saw on the spot about a ticket, with photos that may prove the cure."""
