-- Bytes that the host spends on the files of a snapshot that is in files of its own; null if that was never told.
alter table snapshot add column allocation bigint;
