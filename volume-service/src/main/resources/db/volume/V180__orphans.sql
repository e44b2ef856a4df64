-- What scans have found in Cistern's own folder of a pool and nobody owns any more.
create table leftover (
    id         uuid primary key default gen_random_uuid(),
    -- In lists behind all volumes.
    position   bigint generated always as identity (start with 4611686018427387904),
    pool       uuid        not null,
    room       text        not null,
    name       text        not null,
    owner      uuid        not null,
    size       bigint      not null,
    allocation bigint      not null,
    inode      bigint      not null,
    modified   timestamptz not null,
    unique (pool, room, name, inode)
);

create unique index leftover_position on leftover (position);

-- Volumes in the trash that no time is set for are in quarantine.
create index volume_orphaned on volume (position)
    where state = 'AVAILABLE' and (missing or drifted or fault is not null) or state = 'TRASHED' and trashed_until is null;
