"""Occupations: unit groups of ISCO-08 and the national titles that map to them."""
