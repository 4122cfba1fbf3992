package dev.edgewright.controller.coap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.ProtocolCounters;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.controller.catalog.DiskBlobStore;
import dev.edgewright.controller.edge.DeviceIntake;
import dev.edgewright.controller.fake.FakeFleetStore;
import dev.edgewright.controller.fake.FakeTelemetry;
import dev.edgewright.controller.fake.FakeTransfer;
import dev.edgewright.controller.fake.TestDevice;
import dev.edgewright.controller.fake.Tool;
import dev.edgewright.controller.fleet.DeviceRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libcoap's client, which shares no code with the server, reads and posts every resource, in the clear and over DTLS. */
class CoapEdgeIT {
    private static final byte[] BOOT = new byte[16];
    private static final String SECRET = "a secret of cam-1 only";

    @TempDir
    Path folder;

    private final FakeTelemetry telemetry = new FakeTelemetry();
    private final DeviceRegistry fleet = new DeviceRegistry(new FakeFleetStore(), Clock.systemUTC());
    private final Map<DeviceId, Signed> desired = new ConcurrentHashMap<>();
    private final Map<DeviceId, Signed> trials = new ConcurrentHashMap<>();
    private final Map<DeviceId, TrialReport> trialed = new ConcurrentHashMap<>();
    private DiskBlobStore blobs;
    private CoapEdge edge;
    private Path client;

    @BeforeEach
    void findClient() {
        client = Tool.require("coap-client-openssl", "the CoAP resources with libcoap's client");
        blobs = new DiskBlobStore(folder.resolve("blobs"), 1 << 20);
    }

    @AfterEach
    void stop() {
        if (edge != null) {
            edge.close();
        }
    }

    private void start(Optional<Path> pskFile, Duration silence) {
        var intake = new DeviceIntake(fleet, telemetry, new FakeTransfer(), trialed::put, new ProtocolCounters());
        edge = CoapEdge.start(
                new CoapSettings(new InetSocketAddress("127.0.0.1", 0), pskFile, silence, 2),
                intake,
                fleet,
                blobs,
                device -> Optional.ofNullable(desired.get(device)),
                device -> Optional.ofNullable(trials.get(device)),
                Clock.systemUTC());
    }

    private void startInTheClear() {
        start(Optional.empty(), Duration.ofMinutes(5));
    }

    private void startWithSecrets(String text) throws IOException {
        start(Optional.of(Files.writeString(folder.resolve("psk"), text)), Duration.ofMinutes(5));
    }

    @Test
    void hello_and_presence_introduce_a_device() throws Exception {
        startInTheClear();
        assertThat(post("/v1/presence?d=cam-1", presence().toByteArray())).isEmpty();
        assertThat(post("/v1/hello?d=cam-1", hello("cam-1").toByteArray())).isEmpty();
        assertThat(fleet.get(DeviceId.of("cam-1"))).hasValueSatisfying(device -> {
            assertThat(device.online()).isTrue();
            assertThat(device.introduced()).isTrue();
        });
    }

    @Test
    void a_hello_of_many_blocks_arrives_whole() throws Exception {
        startInTheClear();
        var large = Hello.newBuilder(hello("cam-1"));
        for (int i = 0; i < 60; i++) {
            large.putLabels("label-" + i, "x".repeat(100));
        }
        assertThat(post("/v1/hello?d=cam-1", large.build().toByteArray())).isEmpty();
        assertThat(fleet.get(DeviceId.of("cam-1")).orElseThrow().hello().getLabelsCount())
                .isEqualTo(60);
    }

    @Test
    void telemetry_is_handed_on() throws Exception {
        startInTheClear();
        var window = TelemetryWindow.newBuilder()
                .setDeviceId("cam-1")
                .setBootId(ByteString.copyFrom(BOOT))
                .setSequence(1)
                .setStartUnixMs(1)
                .setLengthMs(5000)
                .build();
        assertThat(post("/v1/telemetry?d=cam-1", window.toByteArray())).isEmpty();
        assertThat(telemetry.windows).containsExactly(window);
    }

    @Test
    void garbage_is_refused_with_the_reason() throws Exception {
        startInTheClear();
        assertThat(post("/v1/telemetry?d=cam-1", new byte[] {(byte) 0xff, 1, 2, 3}))
                .contains("4.00")
                .contains("malformed");
        assertThat(telemetry.windows).isEmpty();
    }

    @Test
    void a_hello_in_the_name_of_another_device_is_refused() throws Exception {
        startInTheClear();
        assertThat(post("/v1/hello?d=cam-1", hello("cam-2").toByteArray()))
                .contains("4.00")
                .contains("wrong_device");
        assertThat(fleet.get(DeviceId.of("cam-2"))).isEmpty();
    }

    @Test
    void a_request_that_names_no_device_is_refused() throws Exception {
        startInTheClear();
        assertThat(post("/v1/hello", hello("cam-1").toByteArray())).contains("4.01");
    }

    @Test
    void a_desired_state_is_read_and_nothing_is_empty_content() throws Exception {
        startInTheClear();
        assertThat(get("/v1/desired?d=cam-1")).isEmpty();
        desired.put(DeviceId.of("cam-1"), signed("what you should be"));
        assertThat(Signed.parseFrom(get("/v1/desired?d=cam-1"))).isEqualTo(signed("what you should be"));
    }

    @Test
    void a_desired_state_is_observed() throws Exception {
        startInTheClear();
        var out = folder.resolve("observed");
        var id = DeviceId.of("cam-1");
        desired.put(id, signed("what it was"));
        var process = start(List.of("-m", "get", "-s", "20", "-o", out.toString(), uri("/v1/desired?d=cam-1")));
        try {
            await().atMost(Duration.ofSeconds(15)).until(() -> contains(out, "what it was"));
            desired.put(id, signed("what it is now"));
            desired.put(DeviceId.of("cam-2"), signed("for another device"));
            edge.publish(DeviceId.of("cam-2"), signed("for another device"));
            edge.publish(id, signed("what it is now"));
            await().atMost(Duration.ofSeconds(15)).until(() -> contains(out, "what it is now"));
            assertThat(contains(out, "for another device")).isFalse();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void a_trial_is_read_and_observed_and_what_came_of_it_is_taken() throws Exception {
        startInTheClear();
        var id = DeviceId.of("cam-1");
        assertThat(get("/v1/trial?d=cam-1")).isEmpty();
        assertThat(edge.publishTrial(id, signed("measure this")))
                .as("nobody observes")
                .isFalse();
        var out = folder.resolve("observed");
        trials.put(id, signed("measure this"));
        var process = start(List.of("-m", "get", "-s", "20", "-o", out.toString(), uri("/v1/trial?d=cam-1")));
        try {
            await().atMost(Duration.ofSeconds(15)).until(() -> contains(out, "measure this"));
            trials.put(id, signed("measure that"));
            assertThat(edge.publishTrial(id, signed("measure that"))).isTrue();
            await().atMost(Duration.ofSeconds(15)).until(() -> contains(out, "measure that"));
        } finally {
            process.destroyForcibly();
        }
        var report = TrialReport.newBuilder()
                .setDeviceId("cam-1")
                .setBootId(ByteString.copyFrom(new byte[16]))
                .setSequence(1)
                .setTrialSequence(1)
                .build();
        assertThat(post("/v1/trialed?d=cam-1", report.toByteArray())).isEmpty();
        assertThat(trialed).containsEntry(id, report);
    }

    @Test
    void a_blob_is_fetched_block_by_block_and_at_any_block() throws Exception {
        startInTheClear();
        var content = new byte[300_000];
        new Random(7).nextBytes(content);
        var file = blobs.put(Files.write(folder.resolve("model.onnx"), content), "model.onnx");
        var hex = Digest.ofBytes(file.getDigest().toByteArray()).hex();
        assertThat(get("/v1/blobs/" + hex + "?d=cam-1")).isEqualTo(content);

        var part = folder.resolve("part");
        run(List.of("-m", "get", "-b", "100,1024", "-o", part.toString(), uri("/v1/blobs/" + hex + "?d=cam-1")));
        assertThat(Files.readAllBytes(part))
                .as("a block in the middle, without those before it")
                .isEqualTo(Arrays.copyOfRange(content, 100 * 1024, 101 * 1024));
        run(List.of("-m", "get", "-b", "292,1024", "-o", part.toString(), uri("/v1/blobs/" + hex + "?d=cam-1")));
        assertThat(Files.readAllBytes(part))
                .as("the last block")
                .isEqualTo(Arrays.copyOfRange(content, 292 * 1024, content.length));
    }

    @Test
    void a_chunk_is_the_frame_that_goes_over_mqtt() throws Exception {
        startInTheClear();
        var content = new byte[300_000];
        new Random(8).nextBytes(content);
        var file = blobs.put(Files.write(folder.resolve("model.onnx"), content), "model.onnx");
        var digest = Digest.ofBytes(file.getDigest().toByteArray());
        assertThat(get("/v1/blobs/" + digest.hex() + "/1?d=cam-1")).isEqualTo(blobs.openChunk(digest, 1));
    }

    @Test
    void a_blob_that_is_not_there() throws Exception {
        startInTheClear();
        assertThat(run(List.of("-m", "get", uri("/v1/blobs/" + "0".repeat(64) + "?d=cam-1"))))
                .contains("4.04");
        assertThat(run(List.of("-m", "get", uri("/v1/blobs/no-digest?d=cam-1"))))
                .contains("4.04");
    }

    @Test
    void a_device_that_falls_silent_counts_as_offline() throws Exception {
        start(Optional.empty(), Duration.ofMillis(1));
        post("/v1/presence?d=cam-1", presence().toByteArray());
        await().atMost(Duration.ofSeconds(15))
                .until(() ->
                        fleet.get(DeviceId.of("cam-1")).filter(d -> !d.online()).isPresent());
    }

    @Test
    void over_dtls_the_key_says_which_device_it_is() throws Exception {
        startWithSecrets("cam-1: " + SECRET + "\n");
        assertThat(edge.uri().getScheme()).isEqualTo("coaps");
        assertThat(postWithKey("cam-1", SECRET, "/v1/hello", hello("cam-1").toByteArray()))
                .isEmpty();
        assertThat(fleet.get(DeviceId.of("cam-1"))).isPresent();
    }

    @Test
    void over_dtls_a_device_cannot_speak_for_another() throws Exception {
        startWithSecrets("cam-1: " + SECRET + "\ncam-2: another secret of 16\n");
        assertThat(postWithKey("cam-1", SECRET, "/v1/hello", hello("cam-2").toByteArray()))
                .contains("wrong_device");
        assertThat(postWithKey(
                        "cam-1", SECRET, "/v1/hello?d=cam-2", hello("cam-2").toByteArray()))
                .contains("4.01");
        assertThat(fleet.get(DeviceId.of("cam-2"))).isEmpty();
    }

    @Test
    void over_dtls_a_wrong_key_and_an_unknown_device_get_nowhere() throws Exception {
        startWithSecrets("cam-1: " + SECRET + "\n");
        postWithKey(
                "cam-1", "not the secret at all", "/v1/hello", hello("cam-1").toByteArray());
        postWithKey("cam-9", SECRET, "/v1/hello", hello("cam-9").toByteArray());
        assertThat(fleet.get(DeviceId.of("cam-1"))).isEmpty();
        assertThat(fleet.get(DeviceId.of("cam-9"))).isEmpty();
    }

    @Test
    void a_device_is_added_to_the_file_and_another_locked_out_without_a_restart() throws Exception {
        startWithSecrets("cam-1: " + SECRET + "\n");
        var psk = folder.resolve("psk");
        var later = Files.getLastModifiedTime(psk).toInstant().plusSeconds(2);
        Files.writeString(psk, "cam-3: the secret of cam-3 is new\n");
        Files.setLastModifiedTime(psk, FileTime.from(later));
        assertThat(postWithKey(
                        "cam-3",
                        "the secret of cam-3 is new",
                        "/v1/hello",
                        hello("cam-3").toByteArray()))
                .isEmpty();
        postWithKey("cam-1", SECRET, "/v1/hello", hello("cam-1").toByteArray());
        assertThat(fleet.get(DeviceId.of("cam-3"))).isPresent();
        assertThat(fleet.get(DeviceId.of("cam-1"))).as("no longer in the file").isEmpty();
    }

    @Test
    void in_the_clear_only_loopback_is_taken() {
        assertThatThrownBy(() -> CoapSettings.of(new InetSocketAddress("0.0.0.0", 0), Optional.empty()))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("loopback only");
    }

    private static boolean contains(Path file, String text) throws IOException {
        return Files.exists(file) && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
    }

    private byte[] get(String path) throws Exception {
        var out = folder.resolve("answer");
        Files.deleteIfExists(out);
        run(List.of("-m", "get", "-o", out.toString(), uri(path)));
        return Files.exists(out) ? Files.readAllBytes(out) : new byte[0];
    }

    /** What the client prints: nothing after success without content, else code and words. */
    private String post(String path, byte[] body) throws Exception {
        var file = Files.write(folder.resolve("body"), body);
        return run(List.of("-m", "post", "-t", "42", "-f", file.toString(), uri(path)));
    }

    private String postWithKey(String id, String secret, String path, byte[] body) throws Exception {
        var file = Files.write(folder.resolve("body"), body);
        return run(
                List.of("-m", "post", "-B", "4", "-u", id, "-k", secret, "-t", "42", "-f", file.toString(), uri(path)));
    }

    private String uri(String path) {
        return edge.uri() + path;
    }

    private Process start(List<String> arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(client.toString());
        command.addAll(List.of("-v", "3"));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private String run(List<String> arguments) throws Exception {
        var process = start(arguments);
        var out = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return out.strip();
    }

    private static Presence presence() {
        return Presence.newBuilder()
                .setOnline(true)
                .setBootId(ByteString.copyFrom(BOOT))
                .build();
    }

    private static Hello hello(String id) {
        return Hello.newBuilder()
                .setDeviceId(id)
                .setBootId(ByteString.copyFrom(BOOT))
                .setSequence(1)
                .setFacts(TestDevice.facts())
                .build();
    }

    private static Signed signed(String payload) {
        return Signed.newBuilder()
                .setPayload(ByteString.copyFromUtf8(payload))
                .setKeyId("0123456789abcdef")
                .setSignature(ByteString.copyFrom(new byte[64]))
                .build();
    }
}
