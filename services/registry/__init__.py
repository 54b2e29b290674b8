"""Who, where, in which post, with which right to practise."""
