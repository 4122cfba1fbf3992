package dev.edgewright.agent.update;

import static dev.edgewright.agent.fakes.Fixtures.variant;
import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Device;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A variant that is to run beside the one that serves: fetched, verified, probed, and never switched to. */
class ShadowTest {

    private static final ModelName CATS = new ModelName("cats");

    @TempDir
    Path data;

    private final Catalog catalog = new Catalog();
    private final Variant v1 = variant(catalog, "fp32", 1);
    private final Variant v2 = variant(catalog, "int8", 2);
    private Device device;

    @BeforeEach
    void boot() {
        device = new Device(data, catalog).boots();
        device.isOffered(v1).works();
        assertThat(device.state()).isEqualTo(COMMITTED);
    }

    private byte[] desired(Variant shadow) {
        long sequence = device.nextSequence();
        var state = DesiredState.newBuilder()
                .setDeviceId(Device.ID)
                .setSequence(sequence)
                .addAssignments(device.record().assignment());
        if (shadow != null) {
            state.addShadows(ShadowAssignment.newBuilder()
                    .setModel("cats")
                    .setSequence(sequence)
                    .setRolloutId("ro-2")
                    .setManifest(shadow.signed())
                    .setSample(0.5));
        }
        return catalog.desired(state.build());
    }

    private Device shadows(Variant variant) {
        device.publish(variant).receives(desired(variant));
        for (int i = 0; i < 30; i++) {
            device.worksOnce();
        }
        return device;
    }

    private ShadowReport report() {
        return device.lastReport().getShadows(0);
    }

    @Test
    void it_runs_beside_while_the_old_one_goes_on_to_serve() {
        shadows(v2);
        assertThat(device.runtime.shadows).containsEntry(CATS, v2.digest());
        assertThat(device.serving("cats")).contains(v1.digest());
        assertThat(device.validActive("cats")).contains(v1.digest());
        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(report().getState()).isEqualTo(LifecycleState.LIFECYCLE_STATE_WATCHING);
        assertThat(report().getRolloutId()).isEqualTo("ro-2");
        assertThat(report().getManifest()).isEqualTo(v2.digest().toByteString());
    }

    @Test
    void it_ends_when_the_desired_state_no_longer_names_it() {
        shadows(v2).receives(desired(null));
        assertThat(device.runtime.shadows).isEmpty();
        assertThat(device.lastReport().getShadowsCount()).isZero();
        assertThat(device.serving("cats")).contains(v1.digest());
    }

    @Test
    void one_that_its_golden_answers_refuse_never_runs_and_says_why() {
        device.runtime.unhealthy.put(v2.digest(), new Failure("PARITY", "lowest cosine is 0.2"));
        shadows(v2);
        assertThat(device.runtime.shadows).isEmpty();
        assertThat(report().getState()).isEqualTo(LifecycleState.LIFECYCLE_STATE_FAILED);
        assertThat(report().getError().getCode()).isEqualTo("PARITY");
        assertThat(device.state()).isEqualTo(COMMITTED);
    }

    @Test
    void one_that_no_trusted_key_signed_is_refused() {
        var stranger = variant(new Catalog(), "int8", 2);
        shadows(stranger);
        assertThat(report().getError().getCode()).startsWith("MANIFEST_SIGNATURE");
        assertThat(device.runtime.shadows).isEmpty();
    }

    @Test
    void after_a_restart_it_runs_again_without_the_controller() {
        shadows(v2).stops();
        device.link.up = false;
        device.boots();
        device.waits(java.time.Duration.ofSeconds(5));
        assertThat(device.runtime.shadows).containsEntry(CATS, v2.digest());
        assertThat(device.serving("cats")).contains(v1.digest());
    }

    @Test
    void one_that_kills_the_agent_is_left_alone_after_the_second_time_and_the_old_one_serves() {
        device.runtime.deadly.add(v2.digest());
        device.publish(v2);
        byte[] desired = desired(v2);
        for (int i = 0; i < 4; i++) {
            try {
                device.receives(desired);
                for (int n = 0; n < 30; n++) {
                    device.worksOnce();
                }
                break;
            } catch (dev.edgewright.agent.fakes.Killed dead) {
                try {
                    device.boots();
                } catch (dev.edgewright.agent.fakes.Killed again) {
                    device.engine = null;
                }
            }
            if (device.engine == null) {
                device.boots();
            }
        }
        assertThat(report().getError().getCode()).isEqualTo("CRASH_LOOP");
        assertThat(device.serving("cats")).contains(v1.digest());
    }

    @Test
    void its_chunks_are_reused_when_it_is_assigned_for_good() {
        shadows(v2);
        device.isOffered(v2).works();
        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.serving("cats")).contains(v2.digest());
        assertThat(device.runtime.shadows)
                .as("a desired state without it ended it")
                .isEmpty();
        var assignment = device.lastReport().getAssignments(0);
        assertThat(assignment.getBytesReused()).isEqualTo(assignment.getBytesTotal());
    }

    /** The new one for good, and what serves until then beside it. */
    private void isOfferedWithThePreviousBeside(Variant next, Variant previous) {
        long sequence = device.nextSequence();
        device.publish(next)
                .receives(catalog.desired(DesiredState.newBuilder()
                        .setDeviceId(Device.ID)
                        .setSequence(sequence)
                        .addAssignments(catalog.assign(next, sequence))
                        .addShadows(ShadowAssignment.newBuilder()
                                .setModel("cats")
                                .setSequence(sequence)
                                .setRolloutId("ro-2")
                                .setManifest(previous.signed())
                                .setSample(0.5))
                        .build()));
    }

    @Test
    void the_one_before_runs_beside_the_new_one_as_soon_as_that_serves_and_is_not_fetched_again() {
        isOfferedWithThePreviousBeside(v2, v1);
        for (int i = 0; i < 60; i++) {
            if (device.serving("cats").equals(java.util.Optional.of(v1.digest()))) {
                assertThat(device.runtime.shadows).as("not beside itself").isEmpty();
            }
            device.worksOnce();
        }
        assertThat(device.serving("cats")).contains(v2.digest());
        assertThat(device.runtime.shadows).containsEntry(CATS, v1.digest());
        assertThat(device.link.wants)
                .as("its chunks lay on the device")
                .noneMatch(w -> v1.blobs().containsKey(Digest.ofBytes(w.getDigest()))
                        && !v2.blobs().containsKey(Digest.ofBytes(w.getDigest())));
        assertThat(report().getState()).isEqualTo(LifecycleState.LIFECYCLE_STATE_WATCHING);
    }

    @Test
    void where_the_new_one_never_serves_the_one_before_never_runs_beside_itself() {
        device.runtime.unhealthy.put(v2.digest(), new Failure("PARITY", "lowest cosine is 0.2"));
        isOfferedWithThePreviousBeside(v2, v1);
        device.works();
        for (int i = 0; i < 30; i++) {
            device.worksOnce();
        }
        assertThat(device.state()).isEqualTo(dev.edgewright.common.update.UpdateState.FAILED);
        assertThat(device.serving("cats")).contains(v1.digest());
        assertThat(device.runtime.shadows).isEmpty();
    }

    @Test
    void a_second_shadow_takes_the_place_of_the_first() {
        shadows(v2);
        var v3 = variant(catalog, "int4", 3);
        shadows(v3);
        assertThat(device.runtime.shadows).containsEntry(CATS, v3.digest());
    }
}
