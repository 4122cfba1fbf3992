package dev.edgewright.agent.update;

import static dev.edgewright.agent.fakes.Fixtures.variant;
import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static dev.edgewright.common.update.UpdateState.FAILED;
import static dev.edgewright.common.update.UpdateState.FETCHING;
import static dev.edgewright.common.update.UpdateState.IDLE;
import static dev.edgewright.common.update.UpdateState.ROLLED_BACK;
import static dev.edgewright.common.update.UpdateState.WATCHING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Device;
import dev.edgewright.agent.fakes.Fixtures;
import dev.edgewright.agent.fakes.Killed;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of one assignment, to each of its ends. */
class UpdateTest {

    @TempDir
    Path data;

    private final Catalog catalog = new Catalog();
    private final Variant v1 = variant(catalog, "fp32", 1);
    private final Variant v2 = variant(catalog, "int8", 2);
    private Device device;

    @BeforeEach
    void boot() {
        device = new Device(data, catalog).boots();
    }

    @Test
    void aFirstVariantIsFetchedProbedAndServed() {
        device.isOffered(v1).works();

        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.serving("cats")).contains(v1.digest());
        assertThat(device.validActive("cats")).contains(v1.digest());
        AssignmentReport report = device.lastReport().getAssignments(0);
        assertThat(report.getState()).isEqualTo(LifecycleState.LIFECYCLE_STATE_COMMITTED);
        assertThat(report.getActiveVariant()).isEqualTo("fp32");
        assertThat(report.getBytesDone()).isEqualTo(report.getBytesTotal()).isGreaterThan(Fixtures.BYTES);
        assertThat(report.getProbe().getRuns()).isEqualTo(30);
        assertThat(device.link.followed).isEmpty();
    }

    @Test
    void theOldVariantServesUntilTheNewOneIsProven() {
        device.isOffered(v1).works();
        device.isOffered(v2);
        assertThat(device.state()).isEqualTo(FETCHING);
        assertThat(device.serving("cats")).contains(v1.digest());

        device.works();
        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.serving("cats")).contains(v2.digest());
        assertThat(device.lastReport().getAssignments(0).getPreviousManifest())
                .isEqualTo(v1.digest().toByteString());
    }

    @Test
    void everyStateOnTheWayIsReportedOnce() {
        device.isOffered(v1).works();

        assertThat(device.link.reports.stream()
                        .filter(r -> r.getAssignmentsCount() > 0)
                        .map(r -> r.getAssignments(0).getState())
                        .distinct())
                .startsWith(LifecycleState.LIFECYCLE_STATE_FETCHING)
                .endsWith(LifecycleState.LIFECYCLE_STATE_COMMITTED);
        assertThat(device.link.reports)
                .extracting(r -> r.getSequence())
                .isSorted()
                .doesNotHaveDuplicates();
    }

    /** At least once is what the link promises: the same bytes again, at any moment, are no news and no offence; they ask where the device stands. */
    @Test
    void aDesiredStateThatComesTwiceChangesNothingAndIsAnswered() {
        long sequence = device.nextSequence();
        byte[] desired = catalog.desired(Device.ID, sequence, catalog.assign(v1, sequence));
        device.publish(v1).receives(desired);
        assertThat(device.state()).isEqualTo(FETCHING);
        var asked = List.copyOf(device.link.wants);
        var record = device.record();

        device.receives(desired);
        assertThat(device.record()).isEqualTo(record);
        assertThat(device.link.wants).isEqualTo(asked);

        device.works();
        int reports = device.link.reports.size();
        device.receives(desired).waits(Duration.ofSeconds(1));
        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.runtime.activations).containsExactly(v1.digest());
        assertThat(device.link.reports).hasSize(reports + 1);
        assertThat(device.lastReport().getAssignmentsList())
                .isEqualTo(device.link.reports.get(reports - 1).getAssignmentsList());
        assertThat(device.lastReport().getRejected()).isZero();
    }

    /** A broker may bring what it retained after the newer state that replaced it; docs/protocol.md says when. */
    @Test
    void anOlderDesiredStateAfterTheNewerOneChangesNothingButTheCountOfRefusals() {
        long first = device.nextSequence();
        byte[] older = catalog.desired(Device.ID, first, catalog.assign(v1, first));
        long second = device.nextSequence();
        byte[] newer = catalog.desired(Device.ID, second, catalog.assign(v2, second));
        device.publish(v1)
                .publish(v2)
                .receives(newer)
                .receives(older)
                .receives(newer)
                .works();

        assertThat(device.runtime.activations).containsExactly(v2.digest());
        assertThat(device.lastReport().getRejected()).isEqualTo(1);
        assertThat(device.lastReport().getLastRejection()).contains("DESIRED_SEQUENCE_OLD");
    }

    @Test
    void chunksOfAnOlderVersionAreNotFetchedAgain() {
        byte[] bytes = Fixtures.bytes(1, Fixtures.BYTES);
        device.isOffered(v1).works();
        Variant tuned = variant(catalog, "fp32-tuned", Fixtures.changedInTheMiddle(bytes));
        device.isOffered(tuned).works();

        assertThat(device.serving("cats")).contains(tuned.digest());
        AssignmentReport report = device.lastReport().getAssignments(0);
        assertThat(report.getBytesReused()).isGreaterThan(report.getBytesTotal() / 2);
    }

    @Test
    void aVariantThatDisagreesIsNeverSwitchedTo() {
        device.isOffered(v1).works();
        device.runtime.unhealthy.put(v2.digest(), new Failure("PARITY", "cosine 0.71"));
        device.isOffered(v2).works();

        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("PARITY");
        assertThat(device.runtime.activations).containsExactly(v1.digest());
        assertThat(device.validActive("cats")).contains(v1.digest());
    }

    @Test
    void aVariantThatThisDeviceCannotRunIsRefused() {
        device.isOffered(v1).works();
        device.runtime.unfit = java.util.Optional.of(new Failure("ISA_MISSING", "needs i8mm"));
        device.isOffered(v2).works();

        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("ISA_MISSING");
        assertThat(device.serving("cats")).contains(v1.digest());
    }

    @Test
    void liveErrorsBringThePreviousVariantBackWithoutAnyConnection() {
        device.isOffered(v1).works();
        device.isOffered(v2, watched(60));
        worksUntilWatching();
        device.link.up = false;
        device.runtime.live.put(v2.digest(), new LiveNumbers(100, 40, 0.001, OptionalDouble.empty()));
        device.waits(Duration.ofSeconds(2));

        assertThat(device.state()).isEqualTo(ROLLED_BACK);
        assertThat(device.failure()).isEqualTo("ERROR_RATIO");
        assertThat(device.serving("cats")).contains(v1.digest());
        assertThat(device.validActive("cats")).contains(v1.digest());
    }

    @Test
    void aMuchSlowerVariantGoesBack() {
        device.isOffered(v1).works();
        device.runtime.live.put(v1.digest(), new LiveNumbers(1000, 0, 0.010, OptionalDouble.empty()));
        device.runtime.live.put(v2.digest(), new LiveNumbers(100, 0, 0.031, OptionalDouble.empty()));
        device.isOffered(
                        v2,
                        a -> a.setWatchSeconds(30).setLimits(Limits.newBuilder().setMaxSlowdown(1.5)))
                .works();

        assertThat(device.state()).isEqualTo(ROLLED_BACK);
        assertThat(device.failure()).isEqualTo("SLOWDOWN");
        assertThat(device.serving("cats")).contains(v1.digest());
    }

    @Test
    void aWatchedVariantIsCommittedWhenItsTimeIsUpAndNotBefore() {
        device.isOffered(v1, watched(10));
        worksUntilWatching();
        device.waits(Duration.ofSeconds(9));
        assertThat(device.state()).isEqualTo(WATCHING);
        device.waits(Duration.ofSeconds(2));
        assertThat(device.state()).isEqualTo(COMMITTED);
    }

    @Test
    void aRevertIsNotWatched() {
        device.isOffered(v1).works();
        device.isOffered(v2).works();
        device.isOffered(v1, a -> a.setRevert(true).setWatchSeconds(3600)).works();

        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.serving("cats")).contains(v1.digest());
    }

    @Test
    void aNewerAssignmentReplacesTheOneInMotion() {
        device.isOffered(v1);
        assertThat(device.state()).isEqualTo(FETCHING);
        device.isOffered(v2).works();

        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.runtime.activations).containsExactly(v2.digest());
        assertThat(device.record().sequence()).isEqualTo(2);
    }

    @Test
    void supersededWhileWatchingItServesWhatWasCommittedLast() {
        device.isOffered(v1).works();
        device.isOffered(v2, watched(600));
        worksUntilWatching();
        Variant v3 = variant(catalog, "int4", 3);
        device.isOffered(v3);

        assertThat(device.serving("cats")).contains(v1.digest());
        device.works();
        assertThat(device.serving("cats")).contains(v3.digest());
        assertThat(device.record().base()).contains(v1.digest());
    }

    @Test
    void aRemovedModelIsGoneAndAnOlderAssignmentDoesNotBringItBack() {
        device.isOffered(v1).works();
        byte[] removal = catalog.desired(
                Device.ID,
                device.nextSequence(),
                Assignment.newBuilder()
                        .setModel("cats")
                        .setSequence(2)
                        .setRemove(true)
                        .build());
        device.receives(removal);
        assertThat(device.state()).isEqualTo(IDLE);
        assertThat(device.serving("cats")).isEmpty();
        assertThat(device.validActive("cats")).isEmpty();
        assertThat(device.lastReport().getAssignments(0).getSequence()).isEqualTo(2);

        device.receives(catalog.desired(Device.ID, device.nextSequence(), catalog.assign(v1, 1)));
        assertThat(device.engine.rejections()).containsEntry("ASSIGNMENT_SEQUENCE_OLD", 1L);
        assertThat(device.serving("cats")).isEmpty();
    }

    @Test
    void aDeadlineEndsAFetchThatGetsNothing() {
        device.receives(catalog.desired(
                Device.ID,
                1,
                catalog.assign(v1, 1).toBuilder()
                        .setDeadlineUnixMs(device.time.unixMillis() + 60_000)
                        .build()));
        device.waits(Duration.ofSeconds(59));
        assertThat(device.state()).isEqualTo(FETCHING);
        device.waits(Duration.ofSeconds(2));
        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("DEADLINE");
    }

    @Test
    void aVariantThatKillsTheProcessIsGivenUpAfterAFewStarts() {
        device.isOffered(v1).works();
        device.runtime.deadly.add(v2.digest());
        int deaths = 0;
        boolean settled = false;
        while (!settled && deaths < 20) {
            try {
                if (deaths == 0) {
                    device.isOffered(v2).works();
                } else {
                    device.boots().works();
                }
                settled = true;
            } catch (Killed e) {
                deaths++;
            }
        }

        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("CRASH_LOOP");
        assertThat(deaths).isBetween(2, 6);
        assertThat(device.serving("cats")).contains(v1.digest());
    }

    @Test
    void aCleanStopIsNoCrash() {
        device.isOffered(v1, watched(600));
        worksUntilWatching();
        for (int i = 0; i < 10; i++) {
            device.stops().boots();
        }
        assertThat(device.state()).isEqualTo(WATCHING);
        assertThat(device.record().crashes()).isZero();
    }

    @Test
    void afterARestartWithoutConnectionTheDeviceServesWhatItServed() {
        device.isOffered(v1).works();
        device.link.up = false;
        device.boots();

        assertThat(device.serving("cats")).contains(v1.digest());
        assertThat(device.state()).isEqualTo(COMMITTED);
    }

    private void worksUntilWatching() {
        for (int i = 0; i < 200 && device.state() != WATCHING; i++) {
            device.worksOnce();
        }
        assertThat(device.state()).isEqualTo(WATCHING);
    }

    private static java.util.function.UnaryOperator<Assignment.Builder> watched(int seconds) {
        return assignment -> assignment.setWatchSeconds(seconds);
    }
}
