package dev.edgewright.controller.fake;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** Programs that integration tests start, and ports for them. */
public final class Tool {
    private Tool() {}

    /**
     * The path of a program.
     *
     * @param checks what the test would have checked, for the report of a machine without it. There the test is left out,
     *     unless {@code EDGEWRIGHT_REQUIRE_TOOLS=true}
     */
    public static Path require(String name, String checks) {
        var found = Stream.concat(
                        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":")), Stream.of("/usr/sbin"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            var message = "needs " + name + ": " + checks;
            if ("true".equals(System.getenv("EDGEWRIGHT_REQUIRE_TOOLS"))) {
                fail(message);
            }
            abort(message);
        }
        return found.get();
    }

    /** A loopback port that was free a moment ago. */
    public static int freePort() {
        // Below the range that the system hands out, so that no socket elsewhere takes it in the meantime.
        while (true) {
            int port = java.util.concurrent.ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (java.net.BindException e) {
                continue;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
