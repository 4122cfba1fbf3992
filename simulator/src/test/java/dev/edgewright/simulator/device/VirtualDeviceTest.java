package dev.edgewright.simulator.device;

import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static dev.edgewright.common.update.UpdateState.FAILED;
import static dev.edgewright.common.update.UpdateState.FETCHING;
import static dev.edgewright.common.update.UpdateState.PROBING;
import static dev.edgewright.common.update.UpdateState.ROLLED_BACK;
import static dev.edgewright.common.update.UpdateState.VERIFYING;
import static dev.edgewright.common.update.UpdateState.WATCHING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Limits;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Profile;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class VirtualDeviceTest {

    private static final int MEGABYTE = 1_000_000;
    private static final UnaryOperator<Profile> BUSY =
            p -> new Profile(1, p.arch(), p.cpu(), 4, 2048, p.isa(), 10, 0.1, 0.05, 100, 20, 2, p.verify(), p.probe());

    @Test
    void a_device_that_connects_says_who_it_is_and_asks_for_its_desired_state() {
        OneDevice one = OneDevice.healthy();
        assertThat(one.seen)
                .extracting(a -> a instanceof Action.Publish p ? p.topic() : ((Action.Subscribe) a).filter())
                .containsExactly(
                        Topics.presence(OneDevice.ID),
                        Topics.hello(OneDevice.ID),
                        Topics.reported(OneDevice.ID),
                        Topics.desired(OneDevice.ID));
    }

    @Test
    void within_a_minute_it_says_again_that_it_is_there_and_asks_again_and_then_ever_more_rarely() {
        OneDevice one = OneDevice.healthy();
        one.after(60_000);
        assertThat(one.seen).hasSize(6);
        assertThat(one.seen.subList(4, 6))
                .extracting(a -> a instanceof Action.Publish p ? p.topic() : ((Action.Subscribe) a).filter())
                .containsExactly(Topics.presence(OneDevice.ID), Topics.desired(OneDevice.ID));
        one.after(540_000);
        assertThat(one.seen.size()).isBetween(8, 12);
    }

    @Test
    void a_device_that_renews_while_it_fetches_asks_again_for_what_is_missing() {
        OneDevice one = OneDevice.healthy().withoutChunks();
        one.offered(one.assignment("fp32", MEGABYTE));
        long before =
                one.seen.stream().filter(Action.Subscribe.class::isInstance).count();
        one.after(60_000);
        assertThat(one.seen.stream().filter(Action.Subscribe.class::isInstance).count())
                .as("its desired state and the blob")
                .isEqualTo(before + 2);
    }

    @Test
    void an_offer_is_fetched_verified_probed_watched_and_committed() {
        OneDevice one = OneDevice.healthy();
        one.offered(one.assignment("fp32", MEGABYTE).setWatchSeconds(2)).after(5_000);
        assertThat(one.states).containsExactly(FETCHING, VERIFYING, PROBING, WATCHING, COMMITTED);
        assertThat(one.report().getBytesDone()).isEqualTo(MEGABYTE);
        assertThat(one.report().getActiveVariant()).isEqualTo("fp32");
        assertThat(one.report().getActiveManifest()).isEqualTo(one.report().getManifest());
        assertThat(one.device.chunksTaken()).as("the index and the chunks").isGreaterThan(8);
        assertThat(one.wants.get(0).getChunks()).as("the index first").isEqualTo(1);
        assertThat(one.wants.get(1).getWindow()).isEqualTo(4);
    }

    @Test
    void what_does_not_come_is_asked_for_again_ever_later_and_at_once_after_a_reconnect() {
        OneDevice one = OneDevice.healthy().withoutChunks();
        one.offered(one.assignment("fp32", MEGABYTE)).after(20_000);
        assertThat(one.states).containsExactly(FETCHING);
        assertThat(one.wants.size()).as("after 0, 2, 6, 14 s, with jitter").isBetween(3, 5);
        int before = one.wants.size();
        one.reconnected();
        assertThat(one.wants).hasSize(before + 1);
    }

    @Test
    void a_spoilt_chunk_is_dropped_and_stays_missing() {
        OneDevice one = OneDevice.healthy().withoutChunks();
        one.offered(one.assignment("fp32", MEGABYTE));
        one.chunk(Digest.ofBytes(one.wants.get(0).getDigest()), 0, new byte[] {1, 2, 3});
        one.after(3_000);
        assertThat(one.device.chunksTaken()).isZero();
        assertThat(one.wants).hasSizeGreaterThan(1);
    }

    @Test
    void a_desired_state_of_a_stranger_is_refused_and_reported() {
        OneDevice one = OneDevice.healthy();
        one.desired(
                SigningKey.generate(),
                1,
                one.assignment("fp32", 1000).setSequence(1).build());
        assertThat(one.states).isEmpty();
        assertThat(one.reported().getRejected()).isEqualTo(1);
        assertThat(one.reported().getLastRejection()).contains("SIGNATURE");
    }

    @Test
    void an_older_sequence_is_refused_and_a_repeated_message_is_not() {
        OneDevice one = OneDevice.healthy();
        var assignment = one.assignment("fp32", 1000).setSequence(5).build();
        one.desired(one.key, 5, assignment).desired(one.key, 5, assignment);
        assertThat(one.reported().getRejected()).isZero();
        one.desired(one.key, 4, assignment);
        assertThat(one.reported().getRejected()).isEqualTo(1);
        assertThat(one.reported().getLastRejection()).contains("DESIRED_SEQUENCE_OLD");
        assertThat(one.reported().getDesiredSequence()).isEqualTo(5);
    }

    @Test
    void a_manifest_of_a_stranger_fails_its_assignment() {
        OneDevice one = OneDevice.healthy();
        var spoilt = one.assignment("fp32", 1000);
        spoilt.getManifestBuilder().setKeyId("0123456789abcdef");
        one.offered(spoilt);
        assertThat(one.states).endsWith(FAILED).doesNotContain(VERIFYING);
        assertThat(one.report().getError().getCode()).startsWith("MANIFEST_");
    }

    @Test
    void a_device_without_the_instructions_refuses_in_verifying() {
        OneDevice one = OneDevice.healthy();
        one.offered(one.assignment("int8", 1000, "avx512_vnni|avx_vnni")).after(2_000);
        assertThat(one.states).containsExactly(FETCHING, VERIFYING, FAILED);
        assertThat(one.report().getError().getCode()).isEqualTo("ISA_MISSING");
    }

    @Test
    void a_device_that_fails_probing_keeps_serving_nothing() {
        OneDevice one = new OneDevice(Fault.FAILS_PROBING);
        one.offered(one.assignment("fp32", 1000)).after(2_000);
        assertThat(one.states).containsExactly(FETCHING, VERIFYING, PROBING, FAILED);
        assertThat(one.report().getActiveManifest()).isEmpty();
    }

    @Test
    void a_device_that_goes_silent_takes_an_offer_and_is_never_heard_of_again() {
        OneDevice one = new OneDevice(Fault.SILENT);
        int before = one.seen.size();
        one.offered(one.assignment("fp32", 1000)).after(60_000);
        assertThat(one.seen).hasSize(before);
        assertThat(one.device.isSilent()).isTrue();
    }

    @Test
    void a_slow_link_takes_as_long_as_its_bytes_take() {
        OneDevice one = new OneDevice(Fault.SLOW_LINK, "slow-link: {share: 1, kilobytes-per-second: 100}", p -> p);
        one.offered(one.assignment("fp32", MEGABYTE)).after(8_000);
        assertThat(one.states).containsExactly(FETCHING);
        one.after(5_000);
        assertThat(one.states).endsWith(COMMITTED);
    }

    @Test
    void a_variant_that_is_slower_than_the_one_before_is_rolled_back() {
        OneDevice one = new OneDevice(Fault.REGRESSES, "regress: {share: 1, factor: 2}", BUSY);
        one.offered(one.assignment("fp32", 1000)).after(10_000);
        assertThat(one.states).endsWith(COMMITTED);
        one.offered(one.assignment("int8", 1000)
                        .setWatchSeconds(3)
                        .setLimits(Limits.newBuilder().setMaxSlowdown(1.3)))
                .after(6_000);
        assertThat(one.states).endsWith(WATCHING, ROLLED_BACK);
        assertThat(one.report().getActiveVariant()).isEqualTo("fp32");
        assertThat(one.report().getError().getCode()).isEqualTo("REGRESSED");
    }

    @Test
    void chunks_that_are_held_already_are_not_fetched_again() {
        OneDevice one = OneDevice.healthy();
        one.offered(one.assignment("fp32", MEGABYTE)).after(2_000);
        long taken = one.device.chunksTaken();
        one.offered(one.assignment("fp32", MEGABYTE).setRevert(true)).after(2_000);
        assertThat(one.device.chunksTaken()).isEqualTo(taken);
        assertThat(one.states).endsWith(COMMITTED);
    }

    @Test
    void a_newer_offer_replaces_one_in_motion() {
        OneDevice one = OneDevice.healthy();
        one.offered(one.assignment("a", 1000).setWatchSeconds(600)).after(2_000);
        assertThat(one.states).endsWith(WATCHING);
        one.offered(one.assignment("b", 1000)).after(2_000);
        assertThat(one.states).endsWith(COMMITTED);
        assertThat(one.report().getActiveVariant()).isEqualTo("b");
        assertThat(one.report().getPreviousManifest())
                .as("a was never committed")
                .isEmpty();
    }

    @Test
    void telemetry_carries_the_latencies_of_the_profile_and_the_errors_of_the_fault() throws Exception {
        OneDevice one = new OneDevice(Fault.ANSWERS_ERRORS, "errors: {share: 1, ratio: 0.25}", BUSY);
        one.after(6_000);
        assertThat(one.published(MessageKind.TELEMETRY.label()))
                .as("nothing serves")
                .isZero();
        one.offered(one.assignment("fp32", 1000)).after(60_000);
        List<Action.Publish> windows = one.seen.stream()
                .filter(Action.Publish.class::isInstance)
                .map(Action.Publish.class::cast)
                .filter(p -> p.topic().endsWith("/telemetry"))
                .toList();
        assertThat(windows).hasSizeBetween(10, 13);
        LatencySketch all = new LatencySketch();
        long requests = 0;
        long errors = 0;
        for (Action.Publish publish : windows) {
            ModelWindow model = TelemetryWindow.parseFrom(publish.payload()).getModels(0);
            all.merge(LatencySketch.fromProto(model.getLatency()));
            requests += model.getRequests();
            errors += model.getErrors();
        }
        assertThat(requests).isBetween(5_000L, 6_100L);
        assertThat((double) errors / requests).isBetween(0.2, 0.3);
        assertThat(all.quantile(0.5)).isBetween(0.009, 0.0112);
    }
}
