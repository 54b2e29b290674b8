"""Alembic's environment, the same for every service."""

from shared.migrate import run_environment

run_environment()
