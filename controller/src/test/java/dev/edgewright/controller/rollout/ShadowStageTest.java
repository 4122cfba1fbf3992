package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.rollout.GatePolicy.OnBreach;
import dev.edgewright.controller.rollout.GatePolicy.Scope;
import dev.edgewright.controller.testing.FakeDevice;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rollout that begins beside what serves switches nothing before the answers agreed. */
class ShadowStageTest {

    private static final ShadowStage STAGE = new ShadowStage(Duration.ofMinutes(1), 0.1, 0.99, 100);

    @TempDir
    Path folder;

    private RolloutFixture house;
    private Variant v1;
    private Variant v2;

    @BeforeEach
    void open() {
        house = new RolloutFixture(folder);
        house.devices(3);
        v1 = house.everywhere("v1");
        v2 = house.version("v2");
    }

    @AfterEach
    void close() {
        house.close();
    }

    private RolloutDetail create(OnBreach onBreach) {
        return house.engine.create(request(
                        List.of(WaveSpec.ofCount(2), WaveSpec.ofPercent(100)),
                        GatePolicy.DEFAULT.onBreach(onBreach, Scope.ROLLOUT))
                .withTerms(Terms.DEFAULT.beginningWith(STAGE)));
    }

    private void compares(int device, long compared, long agreed) {
        house.beside(
                device,
                ShadowWindow.newBuilder()
                        .setManifest(v2.digest().toByteString())
                        .setCompared(compared)
                        .setAgreed(agreed)
                        .setDropped(7)
                        .setNetJoules(0.001 * compared));
    }

    private RolloutState state(RolloutDetail rollout) {
        return house.now(rollout).rollout().state();
    }

    private void nobodyRunsAnythingBeside() {
        assertThat(house.devices.values())
                .allSatisfy(d -> assertThat(d.beside()).isEmpty());
    }

    @Test
    void the_first_wave_runs_it_beside_and_is_offered_it_once_it_agreed_long_enough() {
        var rollout = create(OnBreach.HOLD);
        assertThat(state(rollout)).isEqualTo(RolloutState.SHADOWING);
        assertThat(house.device(1).beside()).hasSize(1);
        assertThat(house.device(1).beside().get(0).getSample()).isEqualTo(0.1);
        assertThat(house.device(2).beside()).hasSize(1);
        assertThat(house.device(3).beside()).as("not of the first wave").isEmpty();
        assertThat(house.activeOn(1)).as("nothing is switched").isEqualTo(v1.digest());
        compares(1, 200, 199);
        compares(2, 300, 299);
        assertThat(state(rollout)).as("the minute is not over").isEqualTo(RolloutState.SHADOWING);
        assertThat(house.activeOn(1)).isEqualTo(v1.digest());
        house.passes(Duration.ofSeconds(61));
        var now = house.now(rollout);
        assertThat(now.rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(house.activeOn(3)).isEqualTo(v2.digest());
        assertThat(now.history())
                .filteredOn(h -> h.kind().equals("shadow"))
                .singleElement()
                .satisfies(h -> assertThat(h.words())
                        .contains("498 of 500 answers on 2 devices were the same (99.60 %)")
                        .contains("14 more were left out")
                        .contains("p95 2.")
                        .contains("1.00 mJ each")
                        .contains("3.0 MiB")
                        .contains("99.00 % are needed"));
        nobodyRunsAnythingBeside();
    }

    @Test
    void answers_that_differ_stop_it_before_its_time_and_nothing_was_ever_switched() {
        var rollout = create(OnBreach.HOLD);
        compares(1, 150, 140);
        var now = house.now(rollout);
        assertThat(now.rollout().state()).isEqualTo(RolloutState.HALTED);
        assertThat(now.rollout().reason())
                .contains("140 of 150 answers on 2 devices were the same (93.33 %)")
                .contains("with 95 % confidence at most")
                .contains("99.00 % are needed");
        assertThat(now.targets()).noneMatch(t -> t.sequence() > 0);
        assertThat(house.activeOn(1)).isEqualTo(v1.digest());
        nobodyRunsAnythingBeside();
    }

    @Test
    void with_the_policy_to_go_back_it_ends_by_itself() {
        var rollout = create(OnBreach.REVERT);
        compares(1, 150, 100);
        assertThat(state(rollout)).isEqualTo(RolloutState.REVERTED);
        assertThat(house.activeOn(1)).isEqualTo(v1.digest());
        nobodyRunsAnythingBeside();
    }

    @Test
    void a_few_that_differ_by_chance_do_not_stop_it_before_its_time() {
        var rollout = create(OnBreach.HOLD);
        compares(1, 100, 98);
        assertThat(state(rollout)).isEqualTo(RolloutState.SHADOWING);
        compares(1, 900, 899);
        house.passes(Duration.ofSeconds(61));
        assertThat(state(rollout)).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void too_few_requests_are_waited_for_and_then_count_as_failure() {
        var rollout = create(OnBreach.HOLD);
        compares(1, 99, 99);
        house.passes(Duration.ofMinutes(5));
        assertThat(state(rollout)).isEqualTo(RolloutState.SHADOWING);
        house.passes(Duration.ofMinutes(17));
        assertThat(state(rollout)).isEqualTo(RolloutState.HALTED);
        assertThat(house.now(rollout).rollout().reason())
                .contains("only 99 of the 100 answers")
                .contains("silence counts as failure");
        nobodyRunsAnythingBeside();
    }

    @Test
    void a_device_on_which_it_cannot_run_stops_it_with_the_reason() {
        house.device(1).refusesBeside("MODEL_LOAD_FAILED");
        var rollout = create(OnBreach.HOLD);
        assertThat(state(rollout)).isEqualTo(RolloutState.HALTED);
        assertThat(house.now(rollout).rollout().reason()).contains("cam-01 says MODEL_LOAD_FAILED: told to");
    }

    @Test
    void where_nothing_serves_yet_the_first_wave_begins_at_once() {
        var r = request(List.of(), GatePolicy.DEFAULT);
        var house2 = new RolloutFixture(folder.resolve("other"));
        try {
            house2.devices(1);
            house2.version("v1");
            var rollout = house2.engine.create(r.withTerms(Terms.DEFAULT.beginningWith(STAGE)));
            assertThat(house2.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
            assertThat(house2.now(rollout).history()).anyMatch(h -> h.words().contains("nothing can run beside it"));
        } finally {
            house2.close();
        }
    }

    @Test
    void an_abort_ends_what_runs_beside() {
        var rollout = create(OnBreach.HOLD);
        house.engine.abort(rollout.rollout().id(), false, "ada");
        assertThat(state(rollout)).isEqualTo(RolloutState.ABORTED);
        nobodyRunsAnythingBeside();
    }

    @Test
    void a_person_may_go_on_after_the_halt() {
        var rollout = create(OnBreach.HOLD);
        compares(1, 150, 140);
        house.engine.resume(rollout.rollout().id(), "ada");
        assertThat(state(rollout)).isEqualTo(RolloutState.SUCCEEDED);
        assertThat(house.activeOn(1)).isEqualTo(v2.digest());
    }

    @Test
    void a_restart_of_the_controller_goes_on_where_it_was() {
        var rollout = create(OnBreach.HOLD);
        house.restart();
        house.devices.values().forEach(FakeDevice::connects);
        assertThat(state(rollout)).isEqualTo(RolloutState.SHADOWING);
        compares(1, 200, 200);
        house.passes(Duration.ofSeconds(61));
        assertThat(state(rollout)).isEqualTo(RolloutState.SUCCEEDED);
        nobodyRunsAnythingBeside();
    }

    @Test
    void the_verdict_is_pure_and_never_lets_less_than_the_limit_pass() {
        var rollout = house.now(create(OnBreach.HOLD)).rollout();
        for (int judged : new int[] {0, 1, 99, 100, 500}) {
            for (int agreed = 0; agreed <= judged; agreed += Math.max(1, judged / 25)) {
                for (long seconds : new long[] {0, 59, 60, 61, 1259, 1261}) {
                    var shadow = new ShadowFacts(
                            1, 1, java.util.Optional.empty(), Duration.ofSeconds(seconds), judged, agreed, 0, 0, "");
                    var facts = new WaveFacts(0, 2, 0, 0, 0, 0, 0, 0, 0, List.of(), house.clock.instant(), shadow);
                    var decision = RolloutDecider.decide(rollout, facts);
                    assertThat(RolloutDecider.decide(rollout, facts)).isEqualTo(decision);
                    if (decision instanceof Decision.ShadowPassed) {
                        assertThat(seconds).isGreaterThanOrEqualTo(60);
                        assertThat(judged).isGreaterThanOrEqualTo(100);
                        assertThat((double) agreed / judged).isGreaterThanOrEqualTo(0.99);
                    }
                    if (seconds > 1260) {
                        assertThat(decision)
                                .as("it comes to an end")
                                .isInstanceOfAny(Decision.ShadowPassed.class, Decision.Stop.class);
                    }
                }
            }
        }
    }

    @Test
    void stages_that_cannot_be_are_refused() {
        assertThatThrownBy(() -> new ShadowStage(Duration.ZERO, 0.1, 0.9, 1)).hasMessageContaining("from 1 to 604800");
        assertThatThrownBy(() -> new ShadowStage(Duration.ofSeconds(1), 0, 0.9, 1))
                .hasMessageContaining("above 0 and at most 1");
        assertThatThrownBy(() -> new ShadowStage(Duration.ofSeconds(1), 0.1, 99, 1))
                .hasMessageContaining("must be in 0..1, for example 0.99");
        assertThatThrownBy(() -> new ShadowStage(Duration.ofSeconds(1), 0.1, 0.9, 0))
                .hasMessageContaining("at least 1");
    }
}
