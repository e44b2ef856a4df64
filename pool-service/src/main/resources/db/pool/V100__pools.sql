-- Storage pools as they are defined, and the worker nodes that have been heard of.

create table installation (
    only_row boolean primary key default true check (only_row),
    id       uuid not null
);

insert into installation (id) values (gen_random_uuid());

create table pool (
    id             uuid primary key,
    position       bigint generated always as identity,
    name           text        not null,
    tenant         text        not null,
    type           text        not null,
    path           text        not null,
    worker_group   text,
    state          text        not null,
    epoch          bigint      not null,
    claimed        boolean     not null,
    opened         boolean     not null,
    autostart      boolean     not null,
    overcommit     double precision not null,
    capacity_limit bigint,
    file_mode      integer     not null,
    file_owner     integer     not null,
    file_group     integer     not null,
    label          text,
    capacity       bigint      not null,
    allocation     bigint      not null,
    available      bigint      not null,
    xml            text,
    event_sequence bigint      not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null
);

create unique index pool_name on pool (name) where state <> 'UNDEFINED';
create unique index pool_position on pool (position);

create table node (
    name           text primary key,
    worker_groups  text[]      not null,
    version        text        not null,
    metadata_total integer     not null,
    metadata_free  integer     not null,
    bulk_total     integer     not null,
    bulk_free      integer     not null,
    running        integer     not null,
    last_seen      timestamptz not null
);
