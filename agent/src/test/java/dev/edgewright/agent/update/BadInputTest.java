package dev.edgewright.agent.update;

import static dev.edgewright.agent.fakes.Fixtures.variant;
import static dev.edgewright.common.update.UpdateState.COMMITTED;
import static dev.edgewright.common.update.UpdateState.FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Device;
import dev.edgewright.agent.fakes.Fixtures;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device must refuse or survive; in each case it goes on serving what it served, and says what was wrong. */
class BadInputTest {

    @TempDir
    Path data;

    private final Catalog catalog = new Catalog();
    private final Variant v1 = variant(catalog, "fp32", 1);
    private final Variant v2 = variant(catalog, "int8", 2);
    private Device device;

    @BeforeEach
    void serveV1() {
        device = new Device(data, catalog).boots().isOffered(v1).works();
        assertThat(device.state()).isEqualTo(COMMITTED);
    }

    @Test
    void aFullDiskWhileFetching() {
        device.disk.room(300_000);
        device.isOffered(v2).works();

        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("DISK_FULL");
        stillServesV1();
        assertThat(data.resolve("staging").resolve("cats")).as("half a variant").doesNotExist();

        device.disk.room(Long.MAX_VALUE);
        device.isOffered(v2).works();
        assertThat(device.serving("cats")).contains(v2.digest());
    }

    @Test
    void aDiskSoFullThatNotEvenTheOrderCanBeWrittenDown() {
        device.disk.room(10);
        device.isOffered(v2).waits(java.time.Duration.ofSeconds(10));
        stillServesV1();

        device.disk.room(Long.MAX_VALUE);
        device.waits(java.time.Duration.ofSeconds(3)).works();
        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.serving("cats")).contains(v2.digest());
    }

    @Test
    void aChunkWithAFlippedBit() {
        AtomicInteger n = new AtomicInteger();
        device.damage = frame -> n.incrementAndGet() % 3 == 0 ? flipped(frame) : frame;
        device.isOffered(v2).works();

        assertThat(device.state()).isEqualTo(COMMITTED);
        assertThat(device.validActive("cats")).contains(v2.digest());
    }

    @Test
    void aChunkThatIsDamagedEveryTime() {
        device.damage = BadInputTest::flipped;
        device.isOffered(v2).works();

        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("CHUNK_CORRUPT");
        stillServesV1();
    }

    @Test
    void aManifestSignedByAnotherKey() {
        Variant forged = catalog.variant(
                Fixtures.manifest("cats", "evil"), Fixtures.bytes(9, 50_000), Fixtures.golden(), SigningKey.generate());
        device.isOffered(forged).works();

        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("MANIFEST_SIGNATURE_UNKNOWN_KEY");
        assertThat(device.engine.rejections()).containsEntry("MANIFEST_SIGNATURE_UNKNOWN_KEY", 1L);
        stillServesV1();
    }

    @Test
    void aManifestSignedByTheFleetKeyWhichMayOnlyAssign() {
        Variant forged = catalog.variant(
                Fixtures.manifest("cats", "evil"), Fixtures.bytes(9, 50_000), Fixtures.golden(), catalog.fleetKey);
        device.isOffered(forged).works();

        assertThat(device.failure()).isEqualTo("MANIFEST_SIGNATURE_UNKNOWN_KEY");
        stillServesV1();
    }

    @Test
    void aManifestOfAnotherModel() {
        device.isOffered(v2, a -> a.setModel("dogs")).works();

        assertThat(device.engine.records())
                .filteredOn(r -> r.model().value().equals("dogs"))
                .allMatch(r ->
                        r.state() == FAILED && r.failure().orElseThrow().code().equals("MANIFEST_OTHER_MODEL"));
        stillServesV1();
    }

    @Test
    void anAssignmentWithAnOldSequenceNumber() {
        device.isOffered(v2).works();
        byte[] replay = catalog.desired(Device.ID, device.nextSequence(), catalog.assign(v1, 1));
        device.receives(replay).works();

        assertThat(device.serving("cats")).contains(v2.digest());
        assertRefused("ASSIGNMENT_SEQUENCE_OLD");
    }

    @Test
    void aDesiredStateWithAnOldSequenceNumber() {
        byte[] old = catalog.desired(Device.ID, 1, catalog.assign(v2, 99));
        device.receives(old).works();

        stillServesV1();
        assertRefused("DESIRED_SEQUENCE_OLD");
    }

    @Test
    void aReplayAfterARestart() {
        byte[] first = catalog.desired(Device.ID, 1, catalog.assign(v1, 1));
        device.isOffered(v2).works();
        device.stops().boots();
        device.receives(first).works();

        assertThat(device.serving("cats")).contains(v2.digest());
        assertRefused("DESIRED_SEQUENCE_OLD");
    }

    @Test
    void aDesiredStateOfAnotherDevice() {
        device.receives(catalog.desired("cam-2", 50, catalog.assign(v2, 50))).works();

        stillServesV1();
        assertRefused("WRONG_DEVICE");
    }

    @Test
    void aDesiredStateThatHasExpired() {
        device.receives(catalog.desired(DesiredState.newBuilder()
                .setDeviceId(Device.ID)
                .setSequence(50)
                .setExpiresUnixMs(device.time.unixMillis() - 1)
                .addAssignments(catalog.assign(v2, 50))
                .build()));

        stillServesV1();
        assertRefused("DESIRED_EXPIRED");
    }

    @Test
    void aDesiredStateSignedByTheCatalogKeyWhichMayOnlySignManifests() {
        DesiredState state = DesiredState.newBuilder()
                .setDeviceId(Device.ID)
                .setSequence(50)
                .addAssignments(catalog.assign(v2, 50))
                .build();
        device.receives(
                catalog.catalogKey.sign(Contexts.DESIRED, state.toByteArray()).toByteArray());

        stillServesV1();
        assertRefused("DESIRED_SIGNATURE_UNKNOWN_KEY");
    }

    @Test
    void aManifestPassedOffAsADesiredState() {
        Manifest manifest = v2.manifest();
        device.receives(
                catalog.fleetKey.sign(Contexts.MANIFEST, manifest.toByteArray()).toByteArray());

        stillServesV1();
        assertRefused("DESIRED_SIGNATURE_INVALID");
    }

    @Test
    void garbageForADesiredState() {
        device.receives("not a message at all".getBytes(StandardCharsets.UTF_8));
        device.receives(new byte[0]);

        stillServesV1();
        assertThat(device.lastReport().getRejected()).isPositive();
    }

    @Test
    void chunksThatNobodyAskedFor() {
        device.engine.chunk(v2.graph(), 0, new byte[] {1, 2, 3});
        device.engine.chunk(v2.graph(), 1_000_000, new byte[0]);
        device.isOffered(v2);
        device.engine.chunk(v2.graph(), -1, new byte[0]);
        device.works();

        assertThat(device.serving("cats")).contains(v2.digest());
    }

    @Test
    void anIndexThatDoesNotAddUp() {
        Manifest lying = v2.manifest().toBuilder()
                .setGraph(v2.manifest().getGraph().toBuilder().setChunks(v2.chunks() + 1))
                .build();
        Variant variant = new Variant(
                lying,
                catalog.catalogKey.sign(Contexts.MANIFEST, lying.toByteArray()),
                dev.edgewright.common.id.Digest.of(lying.toByteArray()),
                v2.blobs());
        device.isOffered(variant).works();

        assertThat(device.state()).isEqualTo(FAILED);
        assertThat(device.failure()).isEqualTo("INDEX_MISMATCH");
        stillServesV1();
    }

    @Test
    void anActiveSlotThatTheDiskSpoiled() throws Exception {
        device.isOffered(v2).works();
        Path slot = data.resolve("slots").resolve("cats").resolve(v2.digest().hex());
        byte[] bytes = Files.readAllBytes(slot.resolve("model.onnx"));
        bytes[bytes.length / 2] ^= 1;
        Files.write(slot.resolve("model.onnx"), bytes);
        device.stops().boots();

        assertThat(device.failure()).isEqualTo("SLOT_CORRUPT");
        assertThat(device.serving("cats")).contains(v1.digest());
        assertThat(device.validActive("cats")).contains(v1.digest());
    }

    @Test
    void anUpdateRecordThatTheDiskSpoiled() throws Exception {
        Files.writeString(data.resolve("updates").resolve("cats.json"), "{ \"state\": \"COMM");
        device.boots();

        assertThat(device.serving("cats")).contains(v1.digest());
        device.isOffered(v2).works();
        assertThat(device.serving("cats")).contains(v2.digest());
    }

    @Test
    void twoAssignmentsOfOneSequenceNumber() {
        Assignment other = catalog.assign(v2, device.record().sequence());
        device.receives(catalog.desired(Device.ID, device.nextSequence(), other))
                .works();

        stillServesV1();
        assertRefused("ASSIGNMENT_SEQUENCE_OLD");
    }

    private void stillServesV1() {
        assertThat(device.serving("cats")).contains(v1.digest());
        assertThat(device.validActive("cats")).contains(v1.digest());
        assertThat(device.runtime.activations).containsExactly(v1.digest());
    }

    private void assertRefused(String code) {
        assertThat(device.engine.rejections()).containsEntry(code, 1L);
        assertThat(device.lastReport().getRejected()).isEqualTo(1);
        assertThat(device.lastReport().getLastRejection()).startsWith(code);
    }

    private static byte[] flipped(byte[] frame) {
        byte[] changed = frame.clone();
        changed[changed.length / 2] ^= 1;
        return changed;
    }
}
