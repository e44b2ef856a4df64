-- The external snapshot whose file, in the pool's folder, an image names; null if it names none. A
-- name from outside may be anything.
create function sealed_snapshot(backing_file text, folder text) returns uuid
    language sql immutable parallel safe
as $$
select substring(base_name(backing_file, folder) from
    '^\.sealed\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.vmdk)?$')::uuid
$$;
