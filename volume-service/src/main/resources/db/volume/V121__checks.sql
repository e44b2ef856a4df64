-- What the last check of a volume's image found.
alter table volume add column checked_at timestamptz;
alter table volume add column corruptions bigint;
alter table volume add column leaks bigint;
