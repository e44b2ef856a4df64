-- The files of each pool as its last complete scan found them: later scans tell the difference only.

alter table pool_view add column scan uuid;

create table pool_file (
    pool           uuid    not null,
    name           text    not null,
    format         text    not null,
    capacity       bigint  not null,
    allocation     bigint  not null,
    fault          text,
    backing_file   text,
    backing_format text,
    inode          bigint  not null,
    size           bigint  not null,
    modified       timestamptz not null,
    file_mode      integer not null,
    file_owner     integer not null,
    file_group     integer not null,
    snapshots      jsonb,
    options        jsonb,
    -- Whether two scans in a row have found it with the same size and time of its last change.
    steady         boolean not null,
    primary key (pool, name)
);

alter table scan_entry add column size bigint not null default 0;
alter table scan_entry add column modified timestamptz not null default '1970-01-01T00:00:00Z';

-- Files that a scan's basis had and that are not there any more.
create table scan_gone (
    operation uuid not null,
    name      text not null,
    primary key (operation, name)
);
