"""Intakes: who competes for the seats of a stream, who is admitted, who takes a freed seat, and what becomes of the students."""
