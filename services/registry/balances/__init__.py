"""Leave of a year: what somebody is entitled to, what they have taken, what is planned, what is left."""
