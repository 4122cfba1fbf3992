package dev.edgewright.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.simulator.profile.Faults;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Virtual devices with each kind of fault, a real controller, its own broker, a real model. */
class SimulatedFleetIT {

    private static final int DEVICES = 100;

    @TempDir
    static Path folder;

    private static RealController controller;

    @BeforeAll
    static void start() throws Exception {
        controller = new RealController(folder);
    }

    @AfterAll
    static void stop() {
        controller.close();
    }

    private static RunningSimulation simulate(String prefix, int devices, String faults) {
        return controller.simulate(
                devices, faults.isEmpty() ? Faults.NONE : Faults.parse(faults, "faults"), "--prefix", prefix);
    }

    @Test
    void a_rollout_in_waves_reaches_every_device_and_every_byte_is_verified() throws Exception {
        try (RunningSimulation simulation = simulate("well-", DEVICES, "")) {
            controller.knows("well-", DEVICES);

            JsonNode ended = controller.ended(controller.rollout("well-"));

            assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
            assertThat(simulation.statistics().in(UpdateState.COMMITTED)).isEqualTo(DEVICES);
            assertThat(simulation.statistics().bytes())
                    .as("each device took the whole graph, packed")
                    .isGreaterThan(DEVICES * Files.size(RealController.MODEL) / 2);
            assertThat(simulation.statistics().rejected()).isZero();
            assertThat(simulation.statistics().lost()).isZero();
        }
    }

    @Test
    void a_rollout_that_fails_on_three_devices_of_ten_halts() throws Exception {
        try (RunningSimulation simulation = simulate("bad-", DEVICES, "probing: {share: 0.3}")) {
            controller.knows("bad-", DEVICES);

            JsonNode ended = controller.ended(controller.rollout("bad-"));

            assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("HALTED");
            assertThat(simulation.statistics().in(UpdateState.FAILED)).isPositive();
            assertThat(simulation.statistics().in(UpdateState.COMMITTED)).isLessThan(DEVICES * 7 / 10);
        }
    }

    @Test
    void twins_are_named_and_the_others_do_not_suffer() throws Exception {
        try (RunningSimulation simulation = simulate("twin-", 10, "twins: {share: 0.1}")) {
            controller.knows("twin-", 9);
            await().atMost(RealController.PATIENCE).until(() -> !shared("twin-").isEmpty());

            JsonNode ended = controller.ended(controller.rollout("twin-"));

            assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
            assertThat(ended.path("counts").path("committed").asInt()).isEqualTo(9);
            assertThat(simulation.statistics().in(UpdateState.COMMITTED)).isGreaterThanOrEqualTo(9);
            assertThat(shared("twin-")).hasSize(1);
        }
    }

    @Test
    void devices_whose_links_come_and_go_all_get_there() throws Exception {
        try (RunningSimulation simulation = simulate("flap-", 20, "flapping: {share: 1, up: 700ms, down: 200ms}")) {
            controller.knows("flap-", 20);

            String id = controller.rollout("flap-");
            await().atMost(RealController.PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> simulation.statistics().connected() < 20);
            JsonNode ended = controller.ended(id);

            assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
            assertThat(simulation.statistics().in(UpdateState.COMMITTED)).isEqualTo(20);
            assertThat(shared("flap-"))
                    .as("one that comes back is not another one")
                    .isEmpty();
        }
    }

    /** Devices that were said to share their identifier. */
    private static Set<String> shared(String prefix) throws Exception {
        return StreamSupport.stream(
                        controller
                                .get("/api/v1/events/log?limit=500")
                                .path("items")
                                .spliterator(),
                        false)
                .filter(event -> event.path("kind").asText().equals("device.shared-id"))
                .map(event -> event.path("subject").asText())
                .filter(subject -> subject.startsWith("devices/" + prefix))
                .collect(Collectors.toSet());
    }

    @Test
    void clocks_that_are_wrong_by_a_year_move_no_deadline_and_no_rollout() throws Exception {
        try (RunningSimulation simulation = simulate("skew-", 10, "clock-skew: {share: 1, seconds: 31536000}")) {
            controller.knows("skew-", 10);
            Instant began = Instant.now();

            JsonNode ended = controller.ended(controller.rollout("skew-"));

            assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("SUCCEEDED");
            assertThat(simulation.statistics().in(UpdateState.COMMITTED)).isEqualTo(10);
            for (JsonNode wave : ended.path("waves")) {
                for (JsonNode device : wave.path("devices")) {
                    assertThat(Instant.parse(device.path("since").asText())).isBetween(began, Instant.now());
                }
            }
        }
    }
}
