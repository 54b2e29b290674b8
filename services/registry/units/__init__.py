"""Units of a facility: poles, departments, services and wards as a tree with dates; posts stand in them, and people follow their posts."""
