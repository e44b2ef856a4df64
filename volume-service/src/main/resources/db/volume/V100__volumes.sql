-- Volumes, and the view of pools that volume-service keeps from what pool-service tells it.

create table pool_view (
    id           uuid primary key,
    name         text   not null,
    tenant       text   not null,
    state        text   not null,
    epoch        bigint not null,
    worker_group text   not null,
    installation uuid   not null,
    path         text   not null,
    capacity     bigint not null,
    allocation   bigint not null,
    available    bigint not null,
    allowed      bigint not null,
    closing_for  uuid
);

create index pool_view_by_name on pool_view (name);
create index pool_view_closing on pool_view (id) where state = 'CLOSING';

-- Bytes of capacity that are promised in each pool. Releases are written beside it, so that they wait for nobody.
create table ledger (
    pool     uuid primary key references pool_view,
    reserved numeric(38) not null
);

create table ledger_entry (
    id    bigint generated always as identity primary key,
    pool  uuid   not null,
    bytes numeric(38) not null
);

create index ledger_entry_by_pool on ledger_entry (pool);

-- Orders changes of volumes and starts of scans.
create sequence change_sequence;

create table volume (
    id             uuid primary key,
    position       bigint generated always as identity,
    pool           uuid        not null,
    name           text        not null,
    tenant         text        not null,
    format         text        not null,
    capacity       bigint      not null,
    allocation     bigint      not null default 0,
    state          text        not null,
    missing        boolean     not null default false,
    drifted        boolean     not null default false,
    fault          text,
    backing_file   text,
    backing_format text,
    inode          bigint,
    file_mode      integer     not null,
    file_owner     integer     not null,
    file_group     integer     not null,
    generation     bigint      not null default 1,
    changed        bigint      not null,
    event_sequence bigint      not null default 0,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now()
);

create unique index volume_name on volume (pool, name) where state in ('CREATING', 'AVAILABLE', 'DELETING');
create unique index volume_position on volume (position);
create index volume_in_pool on volume (pool, position);
create index volume_changed on volume (pool, name, changed);

-- Pages of a scan under way, and the files in them.
create table scan_page (
    operation uuid    not null,
    page      integer not null,
    primary key (operation, page)
);

create table scan_entry (
    operation      uuid    not null,
    name           text    not null,
    format         text    not null,
    capacity       bigint  not null,
    allocation     bigint  not null,
    fault          text,
    backing_file   text,
    backing_format text,
    inode          bigint  not null,
    file_mode      integer not null,
    file_owner     integer not null,
    file_group     integer not null,
    primary key (operation, name)
);
