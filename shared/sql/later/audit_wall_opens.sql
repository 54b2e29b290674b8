DO $$
DECLARE
    standing text := (SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = 'audit_read' AND polrelid = 'audit'::regclass);
BEGIN
    EXECUTE format('ALTER POLICY audit_read ON audit USING (%s OR (%s))', standing, $more${more}$more$);
END
$$;
