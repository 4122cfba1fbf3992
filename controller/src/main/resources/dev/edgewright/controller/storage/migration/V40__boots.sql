-- The starts of a device, so that one that has ended is known as such after a restart of the controller too.
alter table device add column boots text not null default '';
