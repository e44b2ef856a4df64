-- Bytes of capacity promised to operations under way, beside what volumes have; counted in the ledger like theirs.
create table hold (
    operation uuid primary key references operation,
    pool      uuid   not null,
    volume    uuid   not null,
    bytes     bigint not null
);

create index hold_by_volume on hold (volume);
