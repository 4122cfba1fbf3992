package dev.edgewright.agent.update;

import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static dev.edgewright.common.update.UpdateState.FAILED;
import static dev.edgewright.common.update.UpdateState.IDLE;
import static dev.edgewright.common.update.UpdateState.ROLLED_BACK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Device;
import dev.edgewright.agent.fakes.Fixtures;
import dev.edgewright.agent.fakes.Killed;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.common.protocol.v1.Assignment;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process ends at every single change of the disk, before it, in the middle of it and after it. After each the device
 * has a whole variant that serves, and it still gets where it was going.
 */
class CrashTest {

    @TempDir
    Path folder;

    private final Catalog catalog = new Catalog();
    private final Variant v1 = Fixtures.variant(catalog, "fp32", Fixtures.bytes(1, 100_000));
    private final Variant v2 = Fixtures.variant(catalog, "int8", Fixtures.bytes(2, 100_000));

    private Device template;

    @BeforeEach
    void commitV1() {
        template = new Device(folder.resolve("template"), catalog)
                .boots()
                .isOffered(v1)
                .works()
                .stops();
        assertThat(template.state()).isEqualTo(COMMITTED);
    }

    @Test
    void killedAnywhereInAnUpdateItStillSwitches() {
        int moments = everywhere(device -> device.isOffered(v2).works(), device -> {
            assertThat(device.state()).isEqualTo(COMMITTED);
            assertThat(device.serving("cats")).contains(v2.digest());
            assertThat(device.validActive("cats")).contains(v2.digest());
        });
        assertThat(moments).isGreaterThan(45);
    }

    @Test
    void killedAnywhereInARollBackTheOldVariantServes() {
        everywhere(
                device -> {
                    device.runtime.live.put(v2.digest(), new LiveNumbers(100, 60, 0.01, OptionalDouble.empty()));
                    device.isOffered(v2, a -> a.setWatchSeconds(60)).works();
                },
                device -> {
                    assertThat(device.state()).isEqualTo(ROLLED_BACK);
                    assertThat(device.validActive("cats")).contains(v1.digest());
                    assertThat(device.serving("cats")).contains(v1.digest());
                });
    }

    @Test
    void killedAnywhereInAFailureNothingWasTouched() {
        everywhere(
                device -> {
                    device.runtime.unhealthy.put(v2.digest(), new Failure("PARITY", "cosine 0.1"));
                    device.isOffered(v2).works();
                },
                device -> {
                    assertThat(device.state()).isEqualTo(FAILED);
                    assertThat(device.failure()).isEqualTo("PARITY");
                    assertThat(device.serving("cats")).contains(v1.digest());
                });
    }

    @Test
    void killedAnywhereInARemovalTheModelIsGone() {
        for (int n = 0; ; n++) {
            Device device = committedOnV1(n);
            byte[] removal = catalog.desired(
                    Device.ID,
                    device.nextSequence(),
                    Assignment.newBuilder()
                            .setModel("cats")
                            .setSequence(2)
                            .setRemove(true)
                            .build());
            boolean survived = survives(device, n, d -> d.receives(removal));
            device.disk.killAt(Integer.MAX_VALUE);
            device.boots();
            device.receives(removal).works();
            assertThat(device.state()).isEqualTo(IDLE);
            assertThat(device.validActive("cats")).isEmpty();
            assertThat(device.serving("cats")).isEmpty();
            if (survived) {
                return;
            }
        }
    }

    @Test
    void killedAgainAndAgainItNeverServesNothing() {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Device device = committedOnV1(1000 + seed);
            boolean survived =
                    survives(device, random.nextInt(80), d -> d.isOffered(v2).works());
            for (int kills = 1; !survived && kills < 3; kills++) {
                assertServesSomethingValid(device, "seed " + seed);
                survived = survives(device, random.nextInt(80), d -> d.boots().works());
            }
            device.disk.killAt(Integer.MAX_VALUE);
            device.boots().works();
            assertServesSomethingValid(device, "seed " + seed);
            assertThat(device.state()).as("seed %d", seed).isEqualTo(COMMITTED);
            assertThat(device.serving("cats")).contains(v2.digest());
        }
    }

    /** Ends the process at every moment of an update, one after another, and starts it again. */
    private int everywhere(Consumer<Device> update, Consumer<Device> end) {
        for (int n = 0; ; n++) {
            Device device = committedOnV1(n);
            boolean survived = survives(device, n, update);
            if (!survived) {
                assertServesSomethingValid(device, "moment " + n);
            }
            device.disk.killAt(Integer.MAX_VALUE);
            device.boots().works();
            end.accept(device);
            if (survived) {
                return n;
            }
        }
    }

    private Device committedOnV1(int n) {
        return template.copyTo(folder.resolve("n" + n)).boots();
    }

    private static boolean survives(Device device, int moment, Consumer<Device> work) {
        device.disk.killAt(moment);
        try {
            work.accept(device);
            return true;
        } catch (Killed e) {
            return false;
        }
    }

    /** What a start finds on disk, with no connection and nothing but the disk to go by. */
    private void assertServesSomethingValid(Device device, String where) {
        String when = where + ", " + device.disk.lastChange();
        device.disk.killAt(Integer.MAX_VALUE);
        assertThat(device.validActive("cats")).as(when).get().isIn(v1.digest(), v2.digest());
        device.link.up = false;
        device.boots();
        device.link.up = true;
        assertThat(device.serving("cats")).as(when).get().isIn(v1.digest(), v2.digest());
        assertThat(device.serving("cats")).as(when).isEqualTo(device.validActive("cats"));
        device.stops();
    }
}
