package dev.edgewright.controller.fake;

import com.google.protobuf.ByteString;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.artifact.ManifestDigest;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.TrustedKeys;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Walks one update over MQTT as an agent does: verifies, asks for chunks, puts the graph together, reports each step. */
public final class LoopDevice implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(40);

    private final TestDevice device;
    private final TrustedKeys trust;
    private long reports = 1;

    public LoopDevice(URI broker, String id, Path trust) throws Exception {
        this.device = new TestDevice(broker, id);
        this.trust = TrustedKeys.load(trust);
        device.introduce();
        device.subscribe(Topics.desired(device.id));
    }

    /** The newest desired state, verified. */
    public DesiredState desired() throws Exception {
        var topic = Topics.desired(device.id);
        Awaitility.await().atMost(SOON).until(() -> device.count(topic) > 0);
        DesiredState newest = DesiredState.getDefaultInstance();
        for (var payload : device.received.get(topic)) {
            var state = DesiredState.parseFrom(trust.verify(Contexts.DESIRED, Signed.parseFrom(payload)));
            newest = state.getSequence() > newest.getSequence() ? state : newest;
        }
        return newest;
    }

    /** Follows the first assignment to its end; answers the bytes of the graph. */
    public byte[] update() throws Exception {
        var state = desired();
        var assignment = state.getAssignments(0);
        report(state, assignment, LifecycleState.LIFECYCLE_STATE_FETCHING);
        var graph = fetch(assignment);
        report(state, assignment, LifecycleState.LIFECYCLE_STATE_COMMITTED);
        return graph;
    }

    private byte[] fetch(Assignment assignment) throws Exception {
        var file = Manifest.parseFrom(trust.verify(Contexts.MANIFEST, assignment.getManifest()))
                .getGraph();
        var indexDigest = Digest.ofBytes(file.getIndexDigest().toByteArray());
        var index = ChunkIndex.parseFrom(
                ChunkCodec.decompress(frames(indexDigest, 1)[0], file.getIndexSize(), indexDigest));
        var frames = frames(Digest.ofBytes(file.getDigest().toByteArray()), file.getChunks());
        var graph = new ByteArrayOutputStream();
        for (int i = 0; i < frames.length; i++) {
            var entry = index.getChunks(i);
            graph.write(ChunkCodec.decompress(
                    frames[i],
                    entry.getLength(),
                    Digest.ofBytes(entry.getDigest().toByteArray())));
        }
        return graph.toByteArray();
    }

    private byte[][] frames(Digest blob, int chunks) throws Exception {
        device.subscribe(Topics.blob(blob));
        device.publish(
                Topics.want(device.id),
                Want.newBuilder()
                        .setDeviceId(device.id.value())
                        .setDigest(blob.toByteString())
                        .setChunks(chunks)
                        .setMissing(ChunkBitmap.all(chunks).toByteString())
                        .setWindow(chunks)
                        .build()
                        .toByteArray(),
                false);
        var frames = new byte[chunks][];
        for (int i = 0; i < chunks; i++) {
            var topic = Topics.blobChunk(blob, i);
            Awaitility.await().atMost(SOON).until(() -> device.count(topic) > 0);
            frames[i] = device.received.get(topic).peek();
        }
        return frames;
    }

    private void report(DesiredState state, Assignment assignment, LifecycleState lifecycle) throws Exception {
        ByteString manifest = ManifestDigest.of(assignment.getManifest()).toByteString();
        boolean done = lifecycle == LifecycleState.LIFECYCLE_STATE_COMMITTED;
        device.publish(
                Topics.reported(device.id),
                Reported.newBuilder()
                        .setDeviceId(device.id.value())
                        .setBootId(device.boot.toByteString())
                        .setSequence(++reports)
                        .setDesiredSequence(state.getSequence())
                        .addAssignments(AssignmentReport.newBuilder()
                                .setModel(assignment.getModel())
                                .setSequence(assignment.getSequence())
                                .setRolloutId(assignment.getRolloutId())
                                .setManifest(manifest)
                                .setActiveManifest(done ? manifest : ByteString.EMPTY)
                                .setActiveVariant(done ? "fp32" : "")
                                .setState(lifecycle))
                        .build()
                        .toByteArray(),
                true);
    }

    @Override
    public void close() throws Exception {
        device.close();
    }
}
