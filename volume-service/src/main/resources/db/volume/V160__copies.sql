-- Whether a snapshot is inside of its volume's image, or a copy of it.
alter table snapshot add column kind text not null default 'INTERNAL';
