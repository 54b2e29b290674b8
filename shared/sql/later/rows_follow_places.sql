-- A facility came under another authority: the service's own rows about it go along, and where a row is shared with it the authorities above it see the row too.
-- What was shared with a former authority stays readable to it. What the registry tells (places, workers, assignments) comes with its own paths.
CREATE FUNCTION rows_follow_places(codes text[], day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one text;
    is_shared boolean;
BEGIN
    FOR one, is_shared IN SELECT c.relname, EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'shared_with') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'authority_path'
               WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('facilities', 'workers', 'assignments') ORDER BY c.relname LOOP
        EXECUTE format(
            'UPDATE %I AS t SET authority_path = p.authority_path FROM facilities p
             WHERE p.code = ANY ($1) AND p.valid @> $2 AND subpath(t.authority_path, -1)::text = p.code AND t.authority_path <> p.authority_path', one) USING codes, day;
        CONTINUE WHEN NOT is_shared;
        EXECUTE format(
            'UPDATE %I AS t SET shared_with = (SELECT array_agg(DISTINCT party ORDER BY party)
                 FROM unnest(t.shared_with || string_to_array(p.authority_path::text, ''.'')) AS party WHERE NOT party = ANY (string_to_array(t.authority_path::text, ''.'')))
             FROM facilities p
             WHERE p.code = ANY ($1) AND p.valid @> $2 AND p.code = ANY (t.shared_with)
               AND NOT string_to_array(p.authority_path::text, ''.'') <@ (t.shared_with || string_to_array(t.authority_path::text, ''.''))', one) USING codes, day;
    END LOOP;
END
$$;
