"""Files that training loads: no authority starts from nothing."""
