package dev.edgewright.simulator.device;

import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static dev.edgewright.common.update.UpdateState.ROLLED_BACK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Profile;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Variants that behave badly on every device that runs them. */
class BehaviourTest {

    private static final UnaryOperator<Profile> BUSY =
            p -> new Profile(1, p.arch(), p.cpu(), 4, 512, p.isa(), 10, 0.1, 0.05, 100, 20, 2, p.verify(), p.probe());

    @Test
    void a_variant_that_is_slower_and_costs_more_shows_in_probe_and_telemetry_and_only_it() {
        OneDevice one = with("variants: {bad: {slower: 1.3, joules: 2}}");
        one.offered(one.assignment("good", 1000)).after(30_000);
        double before = p50(one);
        double joulesBefore = joules(one);
        assertThat(one.report().getProbe().getP50Ms()).isEqualTo(10);

        one.offered(one.assignment("bad", 2000)).after(30_000);

        assertThat(one.report().getProbe().getP50Ms()).isEqualTo(13);
        assertThat(p50(one) / before).isBetween(1.2, 1.4);
        assertThat(joules(one) / joulesBefore).isBetween(2.5, 2.7);
    }

    @Test
    void a_variant_that_is_wrong_on_some_inputs_is_so_on_the_same_golden_cases_everywhere() {
        OneDevice one = with("variants: {bad: {wrong: 0.5}}");
        OneDevice other = with("variants: {bad: {wrong: 0.5}}");
        double agreement = probed(one).getProbe().getAgreement();
        assertThat(agreement).isBetween(0.2, 0.8);
        assertThat(one.report().getProbe().getRuns()).isEqualTo(32);
        assertThat(probed(other).getActiveVariant()).isEqualTo("bad");
    }

    @Test
    void a_variant_that_kills_the_process_ends_as_a_crash_loop_with_the_one_before() {
        OneDevice one = with("variants: {bad: {crashes-after: 2s}}");
        one.offered(one.assignment("good", 1000)).after(5_000);
        byte[] firstBoot = one.reported().getBootId().toByteArray();
        one.offered(one.assignment("bad", 2000).setWatchSeconds(60));
        for (int life = 0; life < 4; life++) {
            one.after(5_000);
            assertThat(one.device.isConnected()).isTrue();
            one.reconnected();
        }
        assertThat(one.states).endsWith(ROLLED_BACK);
        assertThat(one.report().getError().getCode()).isEqualTo("CRASH_LOOP");
        assertThat(one.report().getActiveVariant()).isEqualTo("good");
        assertThat(one.reported().getBootId().toByteArray()).isNotEqualTo(firstBoot);
        assertThat(one.seen.stream().filter(Action.Die.class::isInstance)).hasSize(4);
    }

    @Test
    void a_variant_that_leaks_grows_until_the_device_kills_it() {
        OneDevice one = with("variants: {bad: {leak-mb-per-minute: 120}}");
        one.offered(one.assignment("bad", 1000)).after(31_000);
        long early = telemetry(one).getResidentBytes();
        one.after(30_000);
        assertThat(telemetry(one).getResidentBytes() - early).isBetween(45_000_000L, 75_000_000L);
        one.after(300_000);
        assertThat(one.seen.stream().filter(Action.Die.class::isInstance)).isNotEmpty();
    }

    @Test
    void a_variant_in_shadow_is_fetched_compared_and_never_serves_and_ends_when_it_is_no_longer_named() {
        OneDevice one = with("variants: {bad: {wrong: 0.2}}");
        one.offered(one.assignment("good", 1000)).after(5_000);
        var bad = one.assignment("bad", 2000);
        one.shadowed(ShadowAssignment.newBuilder()
                        .setModel("m")
                        .setSequence(2)
                        .setRolloutId("r-2")
                        .setManifest(bad.getManifest())
                        .setSample(0.5))
                .after(30_000);
        assertThat(one.reported().getShadows(0).getState()).isEqualTo(LifecycleState.LIFECYCLE_STATE_WATCHING);
        assertThat(one.report().getActiveVariant()).isEqualTo("good");
        var shadow = telemetry(one).getShadows(0);
        assertThat(shadow.getCompared()).isBetween(230L, 270L);
        assertThat((double) shadow.getAgreed() / shadow.getCompared()).isBetween(0.7, 0.9);

        one.shadowed().after(10_000);
        assertThat(one.reported().getShadowsCount()).isZero();
        assertThat(telemetry(one).getShadowsCount()).isZero();
    }

    @Test
    void words_name_variants_by_version_and_lineage_too() {
        OneDevice one = with("variants: {m/1: {slower: 2}}");
        one.offered(one.assignment("any", 1000)).after(5_000);
        assertThat(one.states).endsWith(COMMITTED);
        assertThat(one.report().getProbe().getP50Ms()).isEqualTo(20);
    }

    @Test
    void a_device_says_the_probes_of_its_profile() {
        OneDevice one = OneDevice.healthy();
        Hello hello = published(one, Topics.hello(OneDevice.ID), Hello.parser()).get(0);
        assertThat(hello.getProbesList()).hasSize(27);
        assertThat(hello.getProbesList()).allMatch(p -> p.getMedianUs() > 0 && p.getWork() > 0);
    }

    private static OneDevice with(String faults) {
        return new OneDevice(Fault.NONE, faults, BUSY);
    }

    private static dev.edgewright.common.protocol.v1.AssignmentReport probed(OneDevice one) {
        one.offered(one.assignment("bad", 1000)).after(5_000);
        return one.report();
    }

    private static double p50(OneDevice one) {
        return LatencySketch.fromProto(telemetry(one).getModels(0).getLatency()).quantile(0.5);
    }

    private static double joules(OneDevice one) {
        var model = telemetry(one).getModels(0);
        return model.getEnergy(0).getNetJoules() / model.getRequests();
    }

    private static TelemetryWindow telemetry(OneDevice one) {
        var all = published(one, Topics.telemetry(OneDevice.ID), TelemetryWindow.parser());
        return all.get(all.size() - 1);
    }

    private static <M> List<M> published(OneDevice one, String topic, com.google.protobuf.Parser<M> parser) {
        return one.seen.stream()
                .filter(a -> a instanceof Action.Publish p && p.topic().equals(topic))
                .map(a -> {
                    try {
                        return parser.parseFrom(((Action.Publish) a).payload());
                    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
    }
}
