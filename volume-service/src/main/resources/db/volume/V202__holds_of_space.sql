-- Whether what an operation holds takes its space at once.

alter table hold add column whole boolean not null default false;
