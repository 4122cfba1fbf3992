package dev.edgewright.cli.chaos;

import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Eclipse Mosquitto as a process of its own that can be stopped, or killed, and started again. */
final class Mosquitto implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");

    private final Path configuration;
    private final Path log;
    private final int port;
    private Process process;

    Mosquitto(Path folder) throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Path data = Files.createDirectories(folder.resolve("mosquitto"));
        configuration = data.resolve("mosquitto.conf");
        log = data.resolve("mosquitto.log");
        Files.writeString(configuration, """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence true
                persistence_location %s/
                autosave_interval 5
                max_queued_messages 5000
                max_packet_size 3000000
                log_type error
                """.formatted(port, data));
        start();
    }

    /** Leaves the test out where there is no Mosquitto, unless the tools are required. */
    static void assumeInstalled() {
        if (!Files.isExecutable(PROGRAM)) {
            String message = "needs mosquitto: random faults of every part of a fleet";
            if ("true".equals(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
                fail(message);
            }
            assumeTrue(false, message);
        }
    }

    int port() {
        return port;
    }

    void start() throws IOException {
        process = new ProcessBuilder(PROGRAM.toString(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        await().atMost(Duration.ofSeconds(60)).until(this::listens);
    }

    /** @param kill true: without a chance to save what it holds */
    void stop(boolean kill) throws InterruptedException {
        if (kill) {
            process.destroyForcibly();
        } else {
            process.destroy();
        }
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop(true);
    }
}
