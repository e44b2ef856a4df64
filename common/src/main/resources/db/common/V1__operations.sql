-- Operations with their claims, what leaves for Kafka, and what has come from it. Each service has its own copy.

create sequence operation_sequence;

create table operation (
    id              uuid primary key,
    sequence        bigint      not null,
    kind            text        not null,
    target_type     text        not null,
    target          uuid        not null,
    target_name     text        not null,
    pool            uuid        not null,
    tenant          text        not null,
    actor           text        not null,
    state           text        not null,
    stage           text        not null default '',
    bytes_done      bigint      not null default 0,
    bytes_total     bigint      not null default 0,
    worker_group    text        not null,
    lane            text        not null,
    request         jsonb       not null,
    command         jsonb,
    attempt         integer     not null default 0,
    attempts_before integer     not null default 0,
    worker          text,
    settles         uuid references operation,
    traceparent     text,
    deadline        bigint      not null,
    deadline_at     bigint,
    created_at      timestamptz not null default now(),
    started_at      timestamptz,
    updated_at      timestamptz not null default now(),
    finished_at     timestamptz,
    problem         jsonb,
    result          jsonb
);

create index operation_by_target on operation (target, sequence);
create index operation_by_sequence on operation (sequence);
create index operation_ready on operation (worker_group, lane, sequence) where state = 'QUEUED' and attempt = attempts_before;
create index operation_in_flight on operation (worker_group, lane) where attempt > attempts_before and finished_at is null;
create index operation_live_by_pool on operation (pool) where finished_at is null;
create index operation_live_by_target on operation (target) where finished_at is null;
create index operation_cancelling on operation (updated_at) where state = 'CANCELLING';
create index operation_by_settled on operation (settles) where settles is not null;
create index operation_waiting on operation (sequence) where state = 'WAITING';

create table claim (
    operation uuid    not null references operation,
    resource  uuid    not null,
    exclusive boolean not null,
    sequence  bigint  not null,
    primary key (operation, resource)
);

create index claim_by_resource on claim (resource, sequence);

create table dependency (
    operation  uuid not null references operation,
    depends_on uuid not null references operation,
    primary key (operation, depends_on)
);

create index dependency_by_base on dependency (depends_on);

create table lane (
    worker_group text    not null,
    lane         text    not null,
    slots        integer not null,
    primary key (worker_group, lane)
);

-- Seconds during which the service could follow its operations; deadlines are counted in them.
create table running_clock (
    only_row  boolean primary key default true check (only_row),
    seconds   bigint      not null,
    ticked_at timestamptz not null default now()
);

insert into running_clock (seconds) values (0);

create table outbox (
    sequence bigint generated always as identity primary key,
    id       uuid  not null,
    topic    text  not null,
    key      text  not null,
    headers  jsonb not null,
    payload  text  not null,
    refused  text
);

create table inbox (
    id         text primary key,
    handled_at timestamptz not null default now()
);

create index inbox_by_time on inbox (handled_at);
