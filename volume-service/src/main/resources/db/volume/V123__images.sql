-- What is known of the images of volumes, and the XML that they were created from.
create table image (
    volume  uuid primary key references volume,
    options jsonb,
    xml     text
);

alter table scan_entry add column options jsonb;
