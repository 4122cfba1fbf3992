package dev.edgewright.controller.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * An open database, migrated to the newest schema.
 *
 * <p>SQLite: write-ahead log, {@code synchronous=FULL} (a commit survives a power cut), one connection, so that there is one
 * writer and no lock to wait for inside the process; other processes are waited for ten seconds. PostgreSQL: a small pool.
 */
public final class Database implements AutoCloseable {

    /** Which database it is, where it matters. */
    public enum Kind {
        SQLITE,
        POSTGRESQL
    }

    private static final String MIGRATIONS = "classpath:dev/edgewright/controller/storage/migration";

    /** What has to be said to each database in its own words. */
    private static final String OWN_MIGRATIONS = MIGRATIONS + "_";

    private final Kind kind;
    private final HikariDataSource source;
    private final Jdbi jdbi;

    private Database(Kind kind, HikariDataSource source) {
        this.kind = kind;
        this.source = source;
        this.jdbi = Jdbi.create(source);
    }

    /**
     * Opens what the setting {@code --db} names.
     *
     * @param setting "sqlite" for a file in {@code dataDir}, or a jdbc:postgresql: URL
     * @throws EdgewrightException DATABASE_SETTING, DATABASE_UNREACHABLE
     */
    public static Database open(String setting, Path dataDir) {
        if (setting.equals("sqlite")) {
            return sqlite(dataDir.resolve("edgewright.db"));
        }
        if (setting.startsWith("jdbc:postgresql:")) {
            return postgresql(setting);
        }
        throw EdgewrightException.caller(
                "DATABASE_SETTING", "--db is \"sqlite\" or a jdbc:postgresql: URL, not " + setting);
    }

    public static Database sqlite(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw EdgewrightException.resource("DATABASE_UNREACHABLE", "cannot create the folder of " + file, e);
        }
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(10_000);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.enforceForeignKeys(true);
        var sqlite = new SQLiteDataSource(config);
        sqlite.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
        var pool = new HikariConfig();
        pool.setDataSource(sqlite);
        pool.setMaximumPoolSize(1);
        pool.setMaxLifetime(0);
        return migrated(Kind.SQLITE, pool, Map.of("blob", "BLOB", "instant", "BIGINT"));
    }

    public static Database postgresql(String url) {
        var pool = new HikariConfig();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(8);
        var properties = new Properties();
        properties.setProperty("ApplicationName", "edgewright-controller");
        pool.setDataSourceProperties(properties);
        return migrated(Kind.POSTGRESQL, pool, Map.of("blob", "BYTEA", "instant", "TIMESTAMPTZ"));
    }

    private static Database migrated(Kind kind, HikariConfig config, Map<String, String> placeholders) {
        config.setPoolName("edgewright-" + kind.name().toLowerCase(java.util.Locale.ROOT));
        HikariDataSource source;
        try {
            source = new HikariDataSource(config);
        } catch (RuntimeException e) {
            throw EdgewrightException.resource(
                    "DATABASE_UNREACHABLE", "the database cannot be opened: " + e.getMessage(), e);
        }
        try {
            Flyway.configure()
                    .dataSource(source)
                    .locations(MIGRATIONS, OWN_MIGRATIONS + kind.name().toLowerCase(java.util.Locale.ROOT))
                    .placeholders(placeholders)
                    .load()
                    .migrate();
            return new Database(kind, source);
        } catch (RuntimeException e) {
            source.close();
            throw EdgewrightException.resource(
                    "DATABASE_MIGRATION", "the schema could not be brought up to date: " + e.getMessage(), e);
        }
    }

    public Kind kind() {
        return kind;
    }

    public DataSource dataSource() {
        return source;
    }

    Jdbi jdbi() {
        return jdbi;
    }

    @Override
    public void close() {
        source.close();
    }
}
