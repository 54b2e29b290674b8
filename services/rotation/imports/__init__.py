"""Files that rotation loads: no authority starts from nothing."""
