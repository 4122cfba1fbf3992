package dev.edgewright.controller.fake;

import dev.edgewright.common.protocol.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A Mosquitto of the test's own on a free port, with its data in a folder, so that it can be stopped and started again. */
public final class Mosquitto implements AutoCloseable {
    private final Path program;
    private final Path config;
    private final int port;
    private Process process;

    public Mosquitto(Path folder, String checks) throws IOException {
        this.program = Tool.require("mosquitto", checks);
        this.port = Tool.freePort();
        this.config = folder.resolve("mosquitto.conf");
        Files.writeString(config, """
                listener %d 127.0.0.1
                allow_anonymous true
                persistence true
                persistence_location %s/
                max_packet_size %d
                max_queued_messages 20000
                user root
                """.formatted(port, folder, Limits.MQTT_PACKET_BYTES + 4096));
        start();
    }

    public void start() throws IOException {
        process = new ProcessBuilder(program.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::listens);
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public URI uri() {
        return URI.create("tcp://127.0.0.1:" + port);
    }

    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
