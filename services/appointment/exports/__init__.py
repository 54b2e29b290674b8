"""Lists of appointment as files."""
