-- ${blob} is BLOB on SQLite and BYTEA on PostgreSQL; times are milliseconds since 1970 UTC;
-- doc is JSON as the Documents class writes it.

-- One row: which classes there are, and who is not in the first class of its hardware.
create table class_book (
    id          integer not null primary key,
    doc         text not null
);

create table measurement (
    device_class text not null,
    manifest    varchar(64) not null,
    device      varchar(63) not null,
    doc         text not null,
    primary key (device_class, manifest, device)
);

create table trial (
    id          varchar(63) not null primary key,
    model       varchar(63) not null,
    live        integer not null,
    created_at  bigint not null,
    doc         text not null
);
create index trial_live on trial (live);

-- What a device is to measure, and what it reported last.
create table trial_device (
    device      varchar(63) not null primary key,
    state       ${blob},
    report      ${blob}
);

create table decision (
    id          varchar(128) not null primary key,
    rollout     varchar(63) not null,
    model       varchar(63) not null,
    at          bigint not null,
    doc         text not null
);

create table decision_device (
    device      varchar(63) not null,
    model       varchar(63) not null,
    at          bigint not null,
    decision    varchar(128) not null,
    primary key (device, model)
);

create table deployment (
    id          varchar(63) not null primary key,
    live        integer not null,
    created_at  bigint not null,
    doc         text not null
);
create index deployment_live on deployment (live);
