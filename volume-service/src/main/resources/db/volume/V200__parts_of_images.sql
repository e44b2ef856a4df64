-- The image of which a file in a pool is a part, as extents of a vmdk are; null if it is one itself.

alter table pool_file add column part_of text;
alter table scan_entry add column part_of text;
