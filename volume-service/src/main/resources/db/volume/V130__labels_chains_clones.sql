-- What users say of a volume, what it builds on, names that are kept for it, how its pool clones.

alter table volume add column labels jsonb not null default '{}';
alter table volume add column description text;

-- A row that only keeps a name for this volume, which is about to have it.
alter table volume add column name_for uuid;

create index volume_labels on volume using gin (labels);
create index volume_backing on volume (pool, backing_file) where backing_file is not null;

-- The name in the pool's folder that an image's backing file has, if it is in there.
create function base_name(backing_file text, folder text) returns text
    immutable
    language sql
    return case
        when starts_with(backing_file, folder || '/') then substr(backing_file, length(folder) + 2)
        when starts_with(backing_file, './') then substr(backing_file, 3)
        else backing_file
    end;

-- Whether files of the pool can share their blocks; null while no clone has shown it.
alter table pool_view add column reflinks boolean;
