-- Answers to requests that bear an Idempotency-Key, written with the request's effect.
create table request_key (
    tenant      text        not null,
    key         text        not null,
    fingerprint text        not null,
    status      integer     not null,
    operation   uuid references operation on delete cascade,
    location    text,
    answer      jsonb,
    used_at     timestamptz not null default now(),
    primary key (tenant, key)
);

create index request_key_by_operation on request_key (operation) where operation is not null;
create index request_key_by_time on request_key (used_at);
