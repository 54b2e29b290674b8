"""The right to practise: asked by anybody with a relation to the person, answered from the licences in one statement."""
