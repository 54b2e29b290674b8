"""Documents of a person: what was handed in, its versions, until when it is good, until when it is kept, and who checked it."""
