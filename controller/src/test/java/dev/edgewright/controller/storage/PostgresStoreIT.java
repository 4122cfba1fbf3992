package dev.edgewright.controller.storage;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract on a PostgreSQL that the test starts and ends. */
class PostgresStoreIT implements StoreContract, EventStoreContract, ChoosingStoreContract {

    private static final Path BIN = Path.of("/usr/lib/postgresql/15/bin");

    private static Path folder;
    private static int port;
    private Database database;

    @BeforeAll
    static void startServer() throws Exception {
        if (!Files.isExecutable(BIN.resolve("initdb"))) {
            String missing = "needs postgres: the store contract on PostgreSQL";
            if (Boolean.parseBoolean(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
                fail(missing);
            }
            abort(missing);
        }
        folder = Files.createTempDirectory("edgewright-pg");
        if (root()) {
            run(List.of("chown", "postgres", folder.toString()));
        }
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Path data = folder.resolve("data");
        run(asPostgres(BIN.resolve("initdb").toString(), "-D", data.toString(), "-U", "postgres", "-A", "trust", "-N"));
        String options = "-p " + port + " -c listen_addresses=127.0.0.1 -c fsync=off -k " + folder;
        run(asPostgres(
                BIN.resolve("pg_ctl").toString(),
                "-D",
                data.toString(),
                "-o",
                options,
                "-l",
                folder.resolve("log").toString(),
                "-w",
                "start"));
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (folder == null) {
            return;
        }
        run(asPostgres(
                BIN.resolve("pg_ctl").toString(), "-D", folder.resolve("data").toString(), "-m", "immediate", "stop"));
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static boolean root() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** PostgreSQL refuses to run as root. */
    private static List<String> asPostgres(String... command) {
        var all = new ArrayList<String>();
        if (root()) {
            all.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("edgewright-pg", ".out");
        var process = new ProcessBuilder(command)
                .directory(Path.of("/tmp").toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(90, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + " failed: " + Files.readString(output));
        }
        Files.delete(output);
    }

    @Override
    public Database database() {
        return database;
    }

    @Override
    public void open() {
        database = Database.postgresql("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres");
        empty();
    }

    @Override
    public void shut() {
        database.close();
    }

    /** All tables of all tests before, in one transaction: one that failed leaves nothing behind, half emptied numbers least of all. */
    private void empty() {
        database.jdbi().useTransaction(h -> {
            var tables = h.createQuery("""
                            select tablename from pg_tables where schemaname = 'public' and tablename not like 'flyway%'
                            and tablename not in ('event_head', 'audit_head') order by tablename
                            """).mapTo(String.class).list();
            h.execute("truncate " + String.join(", ", tables));
            h.execute("update event_head set sequence = 0");
            h.execute("update audit_head set sequence = 0");
        });
    }
}
