-- What a worker has seen of owner and mode of a pool's folder, beside what they are to be.

alter table pool add column folder_mode integer;
alter table pool add column folder_owner integer;
alter table pool add column folder_group integer;
