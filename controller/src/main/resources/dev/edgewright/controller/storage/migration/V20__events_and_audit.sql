-- Numbers of events come from one row, locked until the transaction that takes them ends.
create table event_head (
    id          integer not null primary key,
    sequence    bigint not null
);
insert into event_head (id, sequence) values (1, 0);

create table event (
    sequence    bigint not null primary key,
    at          bigint not null,
    kind        varchar(48) not null,
    subject     varchar(160) not null,
    who         varchar(128) not null,
    words       text not null,
    facts       text not null
);

create table webhook (
    id          varchar(63) not null primary key,
    url         text not null,
    secret      text not null,
    kinds       text not null,
    created_at  bigint not null,
    created_by  varchar(128) not null,
    cursor_at   bigint not null
);

create table webhook_delivery (
    webhook     varchar(63) not null,
    event       bigint not null,
    state       varchar(16) not null,
    attempts    integer not null,
    next_at     bigint not null,
    last_status integer not null,
    last_error  text not null,
    updated_at  bigint not null,
    primary key (webhook, event)
);
create index webhook_delivery_due on webhook_delivery (state, next_at);
create index webhook_delivery_event on webhook_delivery (event);

create table audit_head (
    id          integer not null primary key,
    sequence    bigint not null
);
insert into audit_head (id, sequence) values (1, 0);

create table audit (
    sequence    bigint not null primary key,
    at          bigint not null,
    actor       varchar(128) not null,
    via         varchar(16) not null,
    action      varchar(64) not null,
    object      varchar(256) not null,
    was         text,
    became      text,
    outcome     varchar(64) not null,
    detail      text not null
);
create index audit_object on audit (object);

-- Who decides; see JdbiLease.
create table lease (
    name        varchar(63) not null primary key,
    holder      varchar(128) not null,
    until_at    bigint not null
);
