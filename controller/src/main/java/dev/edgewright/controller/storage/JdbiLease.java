package dev.edgewright.controller.storage;

import dev.edgewright.controller.rollout.Leadership;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** A row that one holder at a time has until a time, which it moves on while it lives. Clocks of the machines have to agree to about a second. */
public final class JdbiLease implements Leadership {

    private final Database database;
    private final String name;
    private final String holder;
    private final Duration lasts;
    private final Clock clock;

    /** @param holder unique among the controllers */
    public JdbiLease(Database database, String name, String holder, Duration lasts, Clock clock) {
        this.database = database;
        this.name = name;
        this.holder = holder;
        this.lasts = lasts;
        this.clock = clock;
    }

    @Override
    public boolean renew() {
        long now = clock.millis();
        return database.jdbi().inTransaction(h -> {
            h.execute(
                    "insert into lease (name, holder, until_at) values (?, ?, 0) on conflict (name) do nothing",
                    name,
                    holder);
            return 1
                    == h.execute(
                            "update lease set holder = ?, until_at = ? where name = ? and (holder = ? or until_at < ?)",
                            holder,
                            now + lasts.toMillis(),
                            name,
                            holder,
                            now);
        });
    }

    /** Gives it up, so that another need not wait. */
    public void release() {
        database.jdbi()
                .useHandle(h -> h.execute("update lease set until_at = 0 where name = ? and holder = ?", name, holder));
    }

    @Override
    public Optional<String> holder() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select holder from lease where name = :name and until_at >= :now")
                        .bind("name", name)
                        .bind("now", clock.millis())
                        .mapTo(String.class)
                        .findOne());
    }
}
