-- Which pools a node reaches, as JSON, and when a pool was last looked at.

alter table node add column pools text not null default '[]';
alter table pool add column looked_at timestamptz not null default now();
