"""What the registry loads from files: facilities, posts, people, assignments and licences."""
