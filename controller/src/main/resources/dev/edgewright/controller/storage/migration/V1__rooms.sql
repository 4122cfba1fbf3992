-- ${blob} is BLOB on SQLite and BYTEA on PostgreSQL; times are milliseconds since 1970 UTC;
-- doc is JSON as the Documents class writes it.

create table device (
    id          varchar(63) not null primary key,
    hello       ${blob} not null,
    reported    ${blob} not null,
    presence    ${blob} not null,
    labels      text not null,
    first_seen  bigint not null,
    last_seen   bigint not null
);

create table model_version (
    model       varchar(63) not null,
    version     varchar(63) not null,
    imported_at bigint not null,
    doc         text not null,
    primary key (model, version)
);

create table model_data (
    model       varchar(63) not null primary key,
    doc         text not null
);

create table variant (
    digest      varchar(64) not null primary key,
    model       varchar(63) not null,
    version     varchar(63) not null,
    created_at  bigint not null,
    signed      ${blob} not null,
    doc         text not null
);
create index variant_model on variant (model, created_at);

create table job (
    id          varchar(63) not null primary key,
    state       varchar(16) not null,
    created_at  bigint not null,
    doc         text not null
);
create index job_created on job (created_at);

create table rollout (
    id          varchar(63) not null primary key,
    model       varchar(63) not null,
    state       varchar(24) not null,
    live        integer not null,
    created_at  bigint not null,
    revision    bigint not null,
    doc         text not null
);
create index rollout_live on rollout (live);

create table rollout_target (
    rollout     varchar(63) not null,
    device      varchar(63) not null,
    wave        integer not null,
    state       varchar(16) not null,
    doc         text not null,
    primary key (rollout, device)
);

create table rollout_history (
    rollout     varchar(63) not null,
    sequence    bigint not null,
    at          bigint not null,
    kind        varchar(16) not null,
    who         varchar(128) not null,
    words       text not null,
    primary key (rollout, sequence)
);

create table desired (
    device      varchar(63) not null primary key,
    sequence    bigint not null,
    published   bigint not null,
    state       ${blob} not null
);

-- What db-scheduler needs; its column types by database.
create table scheduled_tasks (
    task_name            varchar(100) not null,
    task_instance        varchar(100) not null,
    task_data            ${blob},
    execution_time       ${instant} not null,
    picked               boolean not null,
    picked_by            varchar(255),
    last_success         ${instant},
    last_failure         ${instant},
    consecutive_failures integer,
    last_heartbeat       ${instant},
    version              bigint not null,
    priority             smallint,
    primary key (task_name, task_instance)
);
create index scheduled_tasks_due on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on scheduled_tasks (last_heartbeat);
