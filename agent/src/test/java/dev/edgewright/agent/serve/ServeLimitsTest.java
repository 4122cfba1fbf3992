package dev.edgewright.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listener holds (see {@link ServedModels#SETTINGS}) 64 KiB of body, 4 KiB of headers, 4 connections. */
class ServeLimitsTest {
    private static final String GOOD =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}";

    @TempDir
    Path folder;

    private ServedModels served;

    @BeforeEach
    void start() {
        served = new ServedModels(folder).with("scale", "fp32", TestModels.scale(2));
    }

    @AfterEach
    void stop() {
        served.close();
    }

    @Test
    void aBodyThatIsAnnouncedTooLargeIs413BeforeItIsSent() throws IOException {
        String answer = raw("POST /v2/models/scale/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 413 ")
                .contains("larger than 65536 bytes")
                .contains("connection: close");
    }

    @Test
    void aBodyThatGrowsTooLargeIs413() throws IOException {
        StringBuilder chunks = new StringBuilder(
                "POST /v2/models/scale/infer HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 17; i++) {
            chunks.append("1000\r\n").append("x".repeat(4096)).append("\r\n");
        }
        assertThat(raw(chunks.toString())).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void aChunkedBodyWithinTheLimitIsRead() throws IOException {
        String request =
                "POST /v2/models/scale/infer HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + Integer.toHexString(GOOD.length()) + "\r\n" + GOOD + "\r\n0\r\n\r\n";

        assertThat(raw(request)).startsWith("HTTP/1.1 200 ").contains("[2.0,4.0,6.0,8.0]");
    }

    @Test
    void tooLongHeadersAre431AndATooLongLineIs414() throws IOException {
        assertThat(raw("GET /v2 HTTP/1.1\r\nHost: x\r\nX-Long: " + "y".repeat(5000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(raw("GET /" + "z".repeat(5000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ");
    }

    @Test
    void noiseIs400() throws IOException {
        assertThat(raw("\u0001\u0002\u0003 nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void aCompressedBodyIs415() {
        HttpRequest request = HttpRequest.newBuilder(served.uri("/v2/models/scale/infer"))
                .header("Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString(GOOD))
                .build();

        assertThat(served.send(request).statusCode()).isEqualTo(415);
    }

    @Test
    void aConnectionBeyondTheLimitIs503AndTheOthersGoOn() throws IOException {
        List<Socket> held = new ArrayList<>();
        try {
            for (int i = 0; i < ServedModels.SETTINGS.maxConnections(); i++) {
                Socket socket = connect();
                held.add(socket);
                assertThat(exchange(socket, "GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n"))
                        .startsWith("HTTP/1.1 200 ");
            }
            assertThat(raw("GET /v2/health/live HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 1");
            assertThat(exchange(held.get(0), "GET /v2/health/ready HTTP/1.1\r\nHost: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
        } finally {
            for (Socket socket : held) {
                socket.close();
            }
        }
    }

    @Test
    void requestsSentAheadAreAnsweredInOrder() throws IOException {
        String post = "POST /v2/models/scale/infer HTTP/1.1\r\nHost: x\r\nContent-Length: " + GOOD.length() + "\r\n\r\n"
                + GOOD;

        String answers = raw(post + "GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answers.indexOf("edgewright_variant")).isPositive().isLessThan(answers.indexOf("\"live\":true"));
    }

    @Test
    void aCallerThatLeavesHalfwayHarmsNobody() throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("POST /v2/models/scale/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{\"inp"
                            .getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(served.post("/v2/models/scale/infer", GOOD).statusCode()).isEqualTo(200);
    }

    @Test
    void anAddressInUseIsNamed() {
        ServeSettings taken = ServedModels.SETTINGS.at("127.0.0.1", served.listener.port());

        assertThatThrownBy(() -> InferenceServer.start(taken, served.registry, "0.1", Optional.empty()))
                .isInstanceOfSatisfying(
                        EdgewrightException.class,
                        e -> assertThat(e.code().name()).isEqualTo("ADDRESS_IN_USE"))
                .hasMessageContaining(String.valueOf(served.listener.port()));
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.listener.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Sends, and reads until the server closes. */
    private String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            ByteSink sink = new ByteSink();
            try {
                sink.readAll(socket.getInputStream());
            } catch (IOException e) {
                // A refused sender may find the connection reset after the answer.
            }
            return sink.text();
        }
    }

    private static String exchange(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        byte[] buffer = new byte[4096];
        int length = socket.getInputStream().read(buffer);
        return new String(buffer, 0, Math.max(0, length), StandardCharsets.US_ASCII);
    }

    private static final class ByteSink {
        private final StringBuilder text = new StringBuilder();

        void readAll(InputStream in) throws IOException {
            byte[] buffer = new byte[4096];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                text.append(new String(buffer, 0, n, StandardCharsets.US_ASCII));
            }
        }

        String text() {
            return text.toString();
        }
    }
}
