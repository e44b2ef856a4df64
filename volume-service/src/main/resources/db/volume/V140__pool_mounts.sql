-- What workers mount on a pool's folder, as JSON; null for a pool that is just a folder.

alter table pool_view add column mount text;
