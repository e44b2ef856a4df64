-- Where a pool's content comes from, as JSON, and what is kept back of its space.

alter table pool add column source text not null default '{"mountOptions":[]}';
alter table pool add column reserve bigint not null default 0;
alter table pool add column low_space bigint not null default 0;
alter table pool add column low boolean not null default false;
