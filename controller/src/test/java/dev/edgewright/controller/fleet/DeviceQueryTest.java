package dev.edgewright.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.common.protocol.v1.Presence;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceQueryTest {

    private static final Device CAMERA = Device.unknown(DeviceId.of("cam-1"), Instant.EPOCH)
            .withHello(
                    Hello.newBuilder()
                            .setFacts(DeviceFacts.newBuilder()
                                    .setArch("aarch64")
                                    .setCores(4)
                                    .setRamBytes(2L << 30)
                                    .addIsa("neon")
                                    .addIsa("dotprod")
                                    .setPower(PowerSource.POWER_SOURCE_MAINS))
                            .putLabels("site", "lyon")
                            .putLabels("tier", "a")
                            .build(),
                    Instant.EPOCH)
            .withPresence(Presence.newBuilder().setOnline(true).build(), Instant.EPOCH)
            .withOperatorLabels(Map.of("tier", "b"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "device.arch == 'aarch64' && device.ram_mb >= 2048 && 'dotprod' in device.isa",
                "device.labels.site == 'lyon'",
                "device.labels.tier == 'b'",
                "has(device.labels.site) && !has(device.labels.rack)",
                "device.online && device.power == 'mains'",
                "device.isa.exists(i, i.startsWith('neo'))",
                "device.id.startsWith('cam-') && device.cores > 2",
                "size(device.models) == 0",
                "'device.nothing' == 'device.nothing'"
            })
    void matches(String query) {
        assertThat(DeviceQuery.compile(query).matches(CAMERA)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"device.arch == 'x86_64'", "device.labels.rack == '7'", "device.ram_mb > 4096"})
    void does_not_match(String query) {
        assertThat(DeviceQuery.compile(query).matches(CAMERA)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "device.ram > 2, device.ram_mb",
        "device.achr == 'x', device.arch",
        "device.label.site == 'x', device.labels",
        "device.cpu == 'x', device.cpu_model"
    })
    void an_unknown_field_is_named_with_the_nearest_known(String query, String known) {
        assertThatThrownBy(() -> DeviceQuery.compile(query))
                .hasMessageContaining("at column 8")
                .hasMessageContaining("did you mean " + known + "?");
    }

    @Test
    void a_type_that_does_not_fit_points_at_its_place() {
        assertThatThrownBy(() -> DeviceQuery.compile("device.online && device.ram_mb > '2'"))
                .hasMessageContaining("line 1, column 32");
    }

    @Test
    void a_query_that_is_no_condition_is_refused() {
        assertThatThrownBy(() -> DeviceQuery.compile("device.ram_mb + 1")).hasMessageContaining("bool");
        assertThatThrownBy(() -> DeviceQuery.compile("device.arch ==")).hasMessageContaining("line 1");
        assertThatThrownBy(() -> DeviceQuery.compile("x".repeat(5000))).hasMessageContaining("4096 characters");
    }

    @Test
    void an_empty_query_matches_all() {
        assertThat(DeviceQuery.of(Optional.of("  ")).matches(CAMERA)).isTrue();
        assertThat(DeviceQuery.of(Optional.empty()).matches(CAMERA)).isTrue();
    }

    @Test
    void says_why_it_could_not_be_evaluated_for_anyone() {
        assertThat(DeviceQuery.compile("device.labels.rack == '7'").failure(List.of(CAMERA)))
                .hasValueSatisfying(why -> assertThat(why).contains("cam-1", "rack"));
        assertThat(DeviceQuery.compile("device.arch == 'x'").failure(List.of(CAMERA)))
                .isEmpty();
    }

    @Test
    void hardware_class_is_stable_against_small_differences_in_memory() {
        var facts = CAMERA.facts();
        var nearly = facts.toBuilder().setRamBytes((2L << 30) - (60 << 20)).build();
        assertThat(HardwareClass.of(nearly)).isEqualTo(HardwareClass.of(facts));
        assertThat(HardwareClass.of(facts.toBuilder().setRamBytes(8L << 30).build()))
                .isNotEqualTo(HardwareClass.of(facts));
        assertThat(HardwareClass.of(DeviceFacts.getDefaultInstance())).isEqualTo(HardwareClass.UNKNOWN);
    }
}
