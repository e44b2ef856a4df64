-- Snapshots of volumes; the current one of a volume is what it was last when one was taken or reverted to.
create table snapshot (
    id             uuid primary key,
    position       bigint generated always as identity,
    volume         uuid        not null references volume,
    name           text        not null,
    description    text,
    parent         uuid references snapshot,
    state          text        not null,
    image_id       text,
    capacity       bigint      not null,
    state_bytes    bigint      not null default 0,
    taken_at       timestamptz not null,
    operation      uuid,
    event_sequence bigint      not null default 0,
    created_at     timestamptz not null default now()
);

create index snapshot_of_volume on snapshot (volume, position);
create unique index snapshot_name on snapshot (volume, name) where state = 'CREATING';

alter table volume add column snapshot uuid references snapshot;

-- Snapshots that a scan found inside of an image, JSON.
alter table scan_entry add column snapshots jsonb;
