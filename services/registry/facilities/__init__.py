"""Facilities with their dated area, managing authority, technical supervisor and host."""
