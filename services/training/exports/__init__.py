"""Lists of training as files."""
