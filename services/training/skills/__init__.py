"""Skills of a session, each assessed by its trainers before and after; the trainers may come from another authority."""
