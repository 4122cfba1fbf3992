package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.MODEL;
import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.id.ModelName;
import dev.edgewright.controller.selection.Requirement;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be rolled out is refused with what was wrong and what to do. */
class RolloutRequestTest {

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

    private static RolloutRequest of(String query, String variant, Requirement requirement) {
        var r = request(List.of(), GatePolicy.DEFAULT);
        return new RolloutRequest(
                MODEL,
                r.version(),
                Optional.of(query),
                variant,
                requirement,
                r.waves(),
                r.gates(),
                r.pace(),
                r.limits(),
                0,
                "ops");
    }

    @Test
    void a_percentage_over_100() {
        assertThatThrownBy(() -> WaveSpec.ofPercent(101)).hasMessageContaining("at most 100");
    }

    @Test
    void a_wave_with_both_or_neither_size() {
        assertThatThrownBy(() -> new WaveSpec(OptionalDouble.empty(), OptionalInt.empty(), false))
                .hasMessageContaining("not both or neither");
    }

    @Test
    void waves_that_do_not_add_up_to_100_percent() {
        house.devices(4).version("v1");
        assertThatThrownBy(() -> house.engine.create(
                        request(List.of(WaveSpec.ofPercent(10), WaveSpec.ofPercent(60)), GatePolicy.DEFAULT)))
                .hasMessageContaining("add up to 70 %, and do not rise to 100 % either");
    }

    @Test
    void waves_by_count_that_leave_devices_over() {
        house.devices(4).version("v1");
        assertThatThrownBy(() -> house.engine.create(request(List.of(WaveSpec.ofCount(3)), GatePolicy.DEFAULT)))
                .hasMessageContaining("3 of 4 devices")
                .hasMessageContaining("100 percent for the rest");
    }

    @Test
    void waves_by_count_that_need_more_devices_than_there_are() {
        house.devices(2).version("v1");
        assertThatThrownBy(() -> house.engine.create(request(List.of(WaveSpec.ofCount(3)), GatePolicy.DEFAULT)))
                .hasMessageContaining("take 3 devices, but the query matches 2");
    }

    @Test
    void a_query_that_matches_nothing() {
        house.devices(2).version("v1");
        assertThatThrownBy(() -> house.engine.create(of("device.arch == 'riscv64'", "auto", Requirement.NONE)))
                .hasMessageContaining("no device matches")
                .hasMessageContaining("2 devices are known");
    }

    @Test
    void a_query_that_names_an_unknown_field() {
        house.devices(2).version("v1");
        assertThatThrownBy(() -> house.engine.create(of("device.ram > 2", "auto", Requirement.NONE)))
                .hasMessageContaining("device.ram; did you mean device.ram_mb?");
    }

    @Test
    void a_query_that_fails_on_a_label_that_nobody_has() {
        house.devices(2).version("v1");
        assertThatThrownBy(() -> house.engine.create(of("device.labels.site == 'a'", "auto", Requirement.NONE)))
                .hasMessageContaining("could not be evaluated for any of the 2 devices")
                .hasMessageContaining("site");
    }

    @Test
    void a_model_that_is_not_there() {
        house.devices(1).version("v1");
        assertThatThrownBy(() -> house.engine.create(RolloutRequest.of(ModelName.of("other"))))
                .hasMessageContaining("no model other")
                .hasMessageContaining("tiny");
    }

    @Test
    void a_variant_that_is_not_there() {
        house.devices(1).version("v1");
        assertThatThrownBy(() -> house.engine.create(of("", "int4", Requirement.NONE)))
                .hasMessageContaining("no variant int4; it has [fp32]");
    }

    @Test
    void a_floor_that_no_variant_reaches_says_what_is_missing() {
        house.devices(2).version("v1");
        assertThatThrownBy(() -> house.engine.create(
                        of("", "auto", Requirement.of(OptionalDouble.of(0.99), OptionalDouble.empty()))))
                .hasMessageContaining("no variant of tiny suits any of the 2 devices")
                .hasMessageContaining("accuracy is unknown");
    }

    @Test
    void a_window_that_never_opens() {
        assertThatThrownBy(() -> new MaintenanceWindow(Set.of(), LocalTime.NOON, LocalTime.MIDNIGHT, ZoneId.of("UTC")))
                .hasMessageContaining("at least one day");
    }

    @Test
    void a_refused_request_leaves_nothing_behind() {
        house.devices(4).version("v1");
        assertThatThrownBy(() -> house.engine.create(request(List.of(WaveSpec.ofCount(3)), GatePolicy.DEFAULT)));
        assertThat(house.engine.list(10)).isEmpty();
        assertThat(house.published).isEmpty();
    }
}
