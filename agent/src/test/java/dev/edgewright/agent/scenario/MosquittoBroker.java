package dev.edgewright.agent.scenario;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Eclipse Mosquitto as a process of its own. */
final class MosquittoBroker implements Broker {

    private final Process process;
    private final int port = Ports.free();

    MosquittoBroker(Path folder) {
        try {
            Path configuration = folder.resolve("mosquitto.conf");
            Files.writeString(
                    configuration,
                    "listener " + port + " 127.0.0.1\nallow_anonymous true\npersistence false\nlog_type error\n");
            process = new ProcessBuilder(program().orElseThrow().toString(), "-c", configuration.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("mosquitto.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(this::listens);
    }

    /** Leaves the test out where there is no Mosquitto, unless the tools are required. */
    static void assumeInstalled() {
        if (program().isEmpty()) {
            String message = "needs mosquitto: the agent's scenarios over a broker that others run";
            if ("true".equals(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
                fail(message);
            }
            assumeTrue(false, message);
        }
    }

    static boolean installed() {
        return program().isPresent();
    }

    @Override
    public URI uri() {
        return URI.create("tcp://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static Optional<Path> program() {
        return List.of("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto").stream()
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }
}
