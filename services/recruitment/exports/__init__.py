"""Lists of recruitment as files."""
