"""What the door and the registry tell each other about partners' programs: how much each may ask, and how much it has asked.

Each gateway process counts for itself. Every few seconds it tells the registry what it counted today, and hears the quotas with
what the other processes (and its own one before a restart) counted: a day's quota is thus one for all of them, within seconds.
"""

PATH = "/internal/client-usage"
EVERYBODY = "*"
"""The quota of a program that has none of its own."""
MOST = 10_000
"""So many programs are told about at once."""
