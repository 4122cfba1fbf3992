create trigger audit_no_update before update on audit
begin
    select raise(abort, 'audit entries are never changed');
end;

create trigger audit_no_delete before delete on audit
begin
    select raise(abort, 'audit entries are never removed');
end;
