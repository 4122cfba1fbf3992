package dev.edgewright.controller.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.ProtocolCounters;
import dev.edgewright.common.protocol.RefusalReason;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.controller.edge.DeviceIntake;
import dev.edgewright.controller.fake.CutLink;
import dev.edgewright.controller.fake.FakeFleetStore;
import dev.edgewright.controller.fake.FakeTelemetry;
import dev.edgewright.controller.fake.FakeTransfer;
import dev.edgewright.controller.fake.TestDevice;
import dev.edgewright.controller.fleet.DeviceRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What has to hold between the controller's client and devices, on every broker. */
abstract class LinkScenarios {
    static final Duration SOON = Duration.ofMinutes(3);
    private static final int CUTS = 20;

    private final FakeTelemetry telemetry = new FakeTelemetry();
    private final FakeTransfer transfer = new FakeTransfer();
    private final ProtocolCounters counters = new ProtocolCounters();
    private final DeviceRegistry fleet = new DeviceRegistry(new FakeFleetStore(), Clock.systemUTC());
    final AtomicInteger connects = new AtomicInteger();
    MqttLink link;

    abstract URI broker();

    abstract Optional<String> user();

    abstract Optional<String> password();

    @BeforeEach
    void connect() {
        var intake = new DeviceIntake(fleet, telemetry, transfer, counters);
        var usual = MqttSettings.of(broker(), "controller-test", user(), password());
        link = MqttLink.start(usual, intake, connects::incrementAndGet, new Random(1));
        await().atMost(SOON).until(link::connected);
    }

    @AfterEach
    void disconnect() {
        link.close();
    }

    @Test
    void a_device_that_introduces_itself_is_known_and_online() throws Exception {
        try (var device = new TestDevice(broker(), "cam-1").introduce()) {
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(fleet.get(device.id)).hasValueSatisfying(known -> {
                        assertThat(known.online()).isTrue();
                        assertThat(known.introduced()).isTrue();
                        assertThat(known.labels()).containsEntry("site", "test");
                    }));
        }
    }

    @Test
    void what_devices_said_before_the_controller_came_is_read_from_the_broker() throws Exception {
        try (var device = new TestDevice(broker(), "cam-2")) {
            link.close();
            device.introduce();
            connect();
            await().atMost(SOON)
                    .until(() ->
                            fleet.get(device.id).filter(d -> d.introduced()).isPresent());
        }
    }

    @Test
    void a_desired_state_reaches_the_device_now_and_one_that_comes_later() throws Exception {
        try (var device = new TestDevice(broker(), "cam-3")) {
            device.subscribe(Topics.desired(device.id));
            link.publish(device.id, signed("one")).toCompletableFuture().get(10, TimeUnit.SECONDS);
            // At least once is what is promised, see docs/protocol.md.
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(device.count(Topics.desired(device.id))).isPositive());
        }
        try (var later = new TestDevice(broker(), "cam-3")) {
            later.subscribe(Topics.desired(later.id));
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(later.count(Topics.desired(later.id))).isPositive());
            assertThat(Signed.parseFrom(
                            later.received.get(Topics.desired(later.id)).peek()))
                    .isEqualTo(signed("one"));
        }
    }

    /**
     * Subscriptions and publications cross at random, as they do when a device comes back in the middle of a rollout. What is
     * promised: the newest state arrives, at least once. What is not: that it arrives only once, or that no older one comes
     * after it, because a broker reads what it retains for a subscription while the same state is on its way live.
     */
    @Test
    void the_newest_desired_state_arrives_however_subscribing_and_publishing_cross() throws Exception {
        crossing(40);
    }

    @Test
    @Tag("slow")
    void the_newest_desired_state_arrives_in_thousands_of_crossings() throws Exception {
        crossing(Integer.getInteger("edgewright.crossings", 3000));
    }

    private void crossing(int devices) throws Exception {
        var crossings = new Crossings(broker(), link, new Random(11));
        crossings.run(devices);
        System.out.println(devices + " crossings: " + crossings);
        assertThat(crossings.lost).isEmpty();
    }

    @Test
    void many_desired_states_at_once_all_arrive() throws Exception {
        var all = IntStream.range(0, 500)
                .mapToObj(i -> link.publish(DeviceId.of("many-" + i), signed("state " + i))
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).get(30, TimeUnit.SECONDS);
        assertThat(link.stats().waitingDesired()).isZero();
    }

    /** A connection that broke is noticed by whoever sends on it first, which may be the thread that has to make the next one. */
    @Test
    void a_link_that_is_cut_while_desired_states_are_being_sent_connects_again_and_sends_them_all() throws Exception {
        link.close();
        var intake = new DeviceIntake(fleet, telemetry, transfer, counters);
        var settings = MqttSettings.of(broker(), "controller-test", user(), password());
        try (var way = new CutLink(settings.broker())) {
            link = MqttLink.start(
                    settings.over(way.uri(), Duration.ofMillis(20)), intake, connects::incrementAndGet, new Random(1));
            await().atMost(SOON).until(link::connected);
            for (int cut = 1; cut <= CUTS; cut++) {
                String state = "after cut " + cut;
                var all = IntStream.range(0, 300)
                        .mapToObj(i -> link.publish(DeviceId.of("cut-" + i), signed(state))
                                .toCompletableFuture())
                        .toArray(CompletableFuture[]::new);
                await().atMost(SOON)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> IntStream.range(0, 300).anyMatch(i -> all[i].isDone()));
                way.cut();
                await().atMost(SOON)
                        .untilAsserted(
                                () -> assertThat(CompletableFuture.allOf(all)).isCompleted());
            }
            assertThat(link.stats().connects()).isGreaterThan(1);
            assertThat(link.stats().waitingDesired()).isZero();
        }
    }

    @Test
    void chunks_go_to_all_who_subscribed_and_the_link_says_when_it_is_full() throws Exception {
        var blob = Digest.of(new byte[] {1, 2, 3});
        var frame = new byte[200 * 1024];
        try (var one = new TestDevice(broker(), "fetch-1");
                var two = new TestDevice(broker(), "fetch-2")) {
            one.subscribe(Topics.blob(blob));
            two.subscribe(Topics.blob(blob));
            int refusals = 0;
            for (int sent = 0; sent < 100; ) {
                if (link.publish(blob, sent, frame)) {
                    sent++;
                } else {
                    refusals++;
                    LockSupport.parkNanos(200_000);
                }
            }
            assertThat(refusals).as("100 chunks are more than may be in flight").isPositive();
            await().atMost(SOON).until(() -> one.received.size() == 100 && two.received.size() == 100);
            assertThat(one.received.get(Topics.blobChunk(blob, 99)).peek()).hasSize(frame.length);
        }
    }

    @Test
    void wants_and_telemetry_are_handed_on() throws Exception {
        try (var device = new TestDevice(broker(), "cam-4")) {
            var want = Want.newBuilder()
                    .setDeviceId("cam-4")
                    .setDigest(Digest.of(new byte[] {9}).toByteString())
                    .setChunks(8)
                    .setMissing(ByteString.copyFrom(new byte[] {(byte) 0xff}))
                    .setWindow(4)
                    .build();
            device.publish(Topics.want(device.id), want.toByteArray(), false);
            var window = TelemetryWindow.newBuilder()
                    .setDeviceId("cam-4")
                    .setBootId(device.boot.toByteString())
                    .setSequence(1)
                    .setStartUnixMs(1)
                    .setLengthMs(5000)
                    .build();
            device.publish(Topics.telemetry(device.id), window.toByteArray(), false);
            await().atMost(SOON).untilAsserted(() -> assertThat(transfer.wants).containsExactly(want));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(telemetry.windows).containsExactly(window));
        }
    }

    @Test
    void a_telemetry_frame_of_garbage_is_refused_and_counted_and_the_next_one_is_taken() throws Exception {
        try (var device = new TestDevice(broker(), "cam-5")) {
            device.publish(Topics.telemetry(device.id), new byte[] {(byte) 0xff, 1, 2, 3, 4, 5, 6}, false);
            device.introduce();
            await().atMost(SOON)
                    .until(() ->
                            fleet.get(device.id).filter(d -> d.introduced()).isPresent());
            assertThat(counters.refusedCount(MessageKind.TELEMETRY, RefusalReason.MALFORMED))
                    .isEqualTo(1);
            assertThat(telemetry.windows).isEmpty();
        }
    }

    @Test
    void a_body_that_names_another_device_than_its_topic_is_refused_and_counted() throws Exception {
        try (var device = new TestDevice(broker(), "cam-6");
                var victim = new TestDevice(broker(), "victim")) {
            device.publish(Topics.hello(device.id), victim.hello().toByteArray(), false);
            await().atMost(SOON).until(() -> counters.refusedCount(MessageKind.HELLO, RefusalReason.WRONG_DEVICE) == 1);
            assertThat(fleet.get(victim.id)).isEmpty();
        }
    }

    @Test
    void a_forgotten_device_does_not_come_back_with_the_next_connection() throws Exception {
        var id = DeviceId.of("gone");
        try (var device = new TestDevice(broker(), "gone").introduce()) {
            await().atMost(SOON)
                    .until(() -> fleet.get(id).filter(d -> d.introduced()).isPresent());
        }
        fleet.remove(id);
        link.forget(id);
        link.publish(DeviceId.of("fence"), signed("sent after"))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        link.close();
        connect();
        try (var other = new TestDevice(broker(), "other").introduce()) {
            await().atMost(SOON)
                    .until(() -> fleet.get(other.id).filter(d -> d.introduced()).isPresent());
        }
        assertThat(fleet.get(id)).isEmpty();
    }

    static Signed signed(String payload) {
        return Signed.newBuilder()
                .setPayload(ByteString.copyFromUtf8(payload))
                .setKeyId("0123456789abcdef")
                .setSignature(ByteString.copyFrom(new byte[64]))
                .build();
    }
}
