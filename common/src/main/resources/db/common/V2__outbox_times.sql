-- How long a message has waited for Kafka.
alter table outbox add column written_at timestamptz not null default now();
