"""Lists of rotation as files."""
