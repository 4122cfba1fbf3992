create function audit_append_only() returns trigger as $$
begin
    raise exception 'audit entries are never changed or removed';
end;
$$ language plpgsql;

create trigger audit_no_update before update or delete on audit
    for each row execute function audit_append_only();
