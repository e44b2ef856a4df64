-- Volumes whose files are put aside, and until when they can be restored.
alter table volume add column trashed_until timestamptz;

create index volume_trashed on volume (trashed_until) where state = 'TRASHED';
