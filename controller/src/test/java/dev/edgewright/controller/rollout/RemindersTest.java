package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker loses, of offers and of reports, is made good without a new connection. */
class RemindersTest {

    @TempDir
    Path folder;

    private RolloutFixture house;

    @BeforeEach
    void start() {
        house = new RolloutFixture(folder);
    }

    @AfterEach
    void stop() {
        house.close();
    }

    @Test
    void a_device_that_a_broker_lost_the_offer_of_is_reminded_and_one_that_answered_is_not() {
        house.devices(3).version("1");
        house.lost = 1;
        var rollout = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        assertThat(house.published).hasSize(3);
        house.passes(Duration.ofSeconds(9));
        assertThat(house.published).hasSize(3);
        house.lost = 1;
        house.passes(Duration.ofSeconds(2)).passes(Duration.ofSeconds(5));
        assertThat(house.published).hasSize(4);
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        house.passes(Duration.ofSeconds(5));
        assertThat(house.published).hasSize(5);
        assertThat(house.published.get(4)).isEqualTo(house.published.get(3)).isEqualTo(house.published.get(0));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
        house.passes(Duration.ofSeconds(60));
        assertThat(house.published).hasSize(5);
    }

    @Test
    void a_device_whose_last_report_was_lost_is_asked_again_and_answers_where_it_stands() {
        house.devices(2).version("1");
        house.device(2).unheard(true);
        var rollout = house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        house.device(2).unheard(false);
        house.passes(Duration.ofSeconds(9));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.RUNNING);
        house.passes(Duration.ofSeconds(2));
        assertThat(house.now(rollout).rollout().state()).isEqualTo(RolloutState.SUCCEEDED);
    }

    @Test
    void a_device_that_is_offline_is_not_reminded_for_the_broker_retains_what_it_should_be() {
        house.devices(1).version("1");
        house.device(1).disconnects();
        house.engine.create(request(List.of(WaveSpec.ofPercent(100)), GatePolicy.DEFAULT));
        house.passes(Duration.ofSeconds(11)).passes(Duration.ofSeconds(11));
        assertThat(house.published).hasSize(1);
    }
}
