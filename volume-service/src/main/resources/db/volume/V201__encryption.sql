-- How the content of a volume's image is encrypted, and the name of the secret that opens it; null if
-- it is not, or no secret is known.

alter table volume add column encryption text;
alter table volume add column secret text;
