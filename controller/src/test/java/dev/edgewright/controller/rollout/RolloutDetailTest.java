package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.controller.testing.FakeDevice.Behaviour;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a rollout is shown first. */
class RolloutDetailTest {
    @TempDir
    Path folder;

    private RolloutFixture house;

    @BeforeEach
    void open() {
        house = new RolloutFixture(folder);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private RolloutDetail withSilentAndFailed() {
        house.devices(6).version("v1");
        house.device(4).behaves(Behaviour.SILENT);
        house.device(5).behaves(Behaviour.FAILS);
        return house.now(house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT)));
    }

    @Test
    void of_many_devices_those_on_their_way_and_failed_ones_come_before_others() {
        var detail = withSilentAndFailed();

        assertThat(detail.mostTelling(2))
                .extracting(Target::state)
                .containsExactlyInAnyOrder(TargetState.OFFERED, TargetState.FAILED);
        assertThat(detail.mostTelling(4)).hasSize(4).isSubsetOf(detail.targets());
        assertThat(detail.mostTelling(0)).isEmpty();
        assertThat(detail.mostTelling(6)).isEqualTo(detail.targets());
    }

    @Test
    void silence_counts_as_failed_at_the_offers_deadline_and_nothing_is_awaited_of_a_device_that_ended() {
        var detail = withSilentAndFailed();

        for (Target target : detail.targets()) {
            if (target.state() == TargetState.OFFERED) {
                assertThat(detail.failsAt(target)).contains(target.since().plus(Pace.DEFAULT.offerDeadline()));
            } else {
                assertThat(detail.failsAt(target)).isEmpty();
            }
        }
        assertThat(detail.targets())
                .extracting(Target::device)
                .doesNotHaveDuplicates()
                .contains(DeviceId.of("cam-04"));
    }
}
