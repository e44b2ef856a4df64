-- Place in the order of changes up to which the volumes of a pool agree with its files as last seen, as far as a scan can
-- make them; null if the last scan left something to the next.
alter table pool_view add column judged bigint;

create index volume_by_change on volume (pool, changed);

-- The start of the scan that first found a file with its size and its time of change, instead of a mark on each file
-- that two scans in a row have found.
alter table pool_file add column since bigint not null default 0;
alter table pool_file drop column steady;
