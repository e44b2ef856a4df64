-- How fast an operation moves bytes, as last seen, and how fast it may, in bytes per second.
alter table operation add column bytes_per_second bigint not null default 0;
alter table operation add column max_bytes_per_second bigint;
