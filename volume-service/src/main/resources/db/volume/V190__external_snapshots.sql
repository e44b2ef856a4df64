-- What the file of an external snapshot builds on, as that names it.
alter table snapshot add column backing_file text;

create index snapshot_backing on snapshot (backing_file) where backing_file is not null;
