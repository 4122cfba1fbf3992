package dev.edgewright.simulator.device;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.artifact.IndexedBlob;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Faults;
import dev.edgewright.simulator.profile.Mix;
import dev.edgewright.simulator.profile.Profile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** A device, its clock, and a controller that signs and sends what is asked for. */
final class OneDevice {

    static final DeviceId ID = DeviceId.of("sim-00001");

    final SigningKey key = SigningKey.generate();
    final VirtualDevice device;
    final List<Action> seen = new ArrayList<>();
    final List<UpdateState> states = new ArrayList<>();
    final List<Want> wants = new ArrayList<>();
    private final Map<Digest, byte[][]> frames = new HashMap<>();
    private Reported reported = Reported.getDefaultInstance();
    private long sequence;
    private List<Assignment> last = List.of();
    private final Deque<Action> unanswered = new ArrayDeque<>();
    private boolean playing;
    private boolean serving = true;
    long now = 1_000_000;

    OneDevice(Fault fault, String faults, UnaryOperator<Profile> profile) {
        Mix.Named kind = new Mix.Named("test", profile.apply(Profile.DEFAULT));
        Blueprint blueprint = new Blueprint(
                ID,
                BootId.ofBytes(new byte[16]),
                kind,
                fault,
                faults.isEmpty() ? Faults.NONE : Faults.parse(faults, "faults"),
                5_000,
                4);
        device = new VirtualDevice(blueprint, new Checks(TrustedKeys.of(key.publicKey())), new SplittableRandom(1));
        play(device.connected(now));
    }

    OneDevice(Fault fault) {
        this(fault, "", profile -> profile);
    }

    static OneDevice healthy() {
        return new OneDevice(Fault.NONE);
    }

    /** From now on nothing that it asks for comes. */
    OneDevice withoutChunks() {
        serving = false;
        return this;
    }

    Assignment.Builder assignment(String variant, int bytes, String... requiresIsa) {
        byte[] content = new byte[bytes];
        new Random(variant.hashCode()).nextBytes(content);
        try {
            IndexedBlob blob = IndexedBlob.index(new ByteArrayInputStream(content), "graph.onnx");
            frames.put(blob.indexDigest(), new byte[][] {ChunkCodec.compress(blob.encodedIndex())});
            byte[][] chunks = new byte[blob.chunks()][];
            for (int i = 0, at = 0; i < chunks.length; at += blob.chunkLength(i), i++) {
                chunks[i] = ChunkCodec.compress(Arrays.copyOfRange(content, at, at + blob.chunkLength(i)));
            }
            frames.put(blob.digest(), chunks);
            Manifest manifest = Manifest.newBuilder()
                    .setModel("m")
                    .setVersion("1")
                    .setVariant(variant)
                    .setGraph(blob.file())
                    .addAllRequiresIsa(List.of(requiresIsa))
                    .build();
            return Assignment.newBuilder()
                    .setModel("m")
                    .setRolloutId("r-1")
                    .setManifest(key.sign(Contexts.MANIFEST, manifest.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    OneDevice offered(Assignment.Builder assignment) {
        sequence++;
        return desired(key, sequence, assignment.setSequence(sequence).build());
    }

    OneDevice desired(SigningKey signer, long number, Assignment... assignments) {
        last = List.of(assignments);
        return told(signer, number);
    }

    /** The assignments as they were, and these beside them. */
    OneDevice shadowed(ShadowAssignment.Builder... shadows) {
        return told(key, ++sequence, shadows);
    }

    private OneDevice told(SigningKey signer, long number, ShadowAssignment.Builder... shadows) {
        DesiredState.Builder desired = DesiredState.newBuilder()
                .setDeviceId(ID.value())
                .setSequence(number)
                .addAllAssignments(last);
        for (ShadowAssignment.Builder shadow : shadows) {
            desired.addShadows(shadow);
        }
        DesiredState state = desired.build();
        play(device.received(
                Topics.desired(ID),
                signer.sign(Contexts.DESIRED, state.toByteArray()).toByteArray(),
                now));
        return this;
    }

    /** Lets time pass, in steps of 10 ms. */
    OneDevice after(long ms) {
        for (long end = now + ms; now < end; now += 10) {
            if (now >= device.wakeAtMs()) {
                play(device.tick(now));
            }
        }
        return this;
    }

    OneDevice reconnected() {
        device.disconnected();
        play(device.connected(now));
        return this;
    }

    void chunk(Digest blob, int number, byte[] frame) {
        play(device.received(Topics.blobChunk(blob, number), frame, now));
    }

    Reported reported() {
        return reported;
    }

    AssignmentReport report() {
        return reported.getAssignments(0);
    }

    long published(String kind) {
        return seen.stream()
                .filter(action -> action instanceof Action.Publish publish
                        && publish.topic().endsWith("/" + kind))
                .count();
    }

    /** Answers one thing after the other, as a network does: never while the device is still speaking. */
    private void play(List<Action> actions) {
        unanswered.addAll(actions);
        if (playing) {
            return;
        }
        playing = true;
        for (Action action = unanswered.poll(); action != null; action = unanswered.poll()) {
            seen.add(action);
            if (action instanceof Action.Publish publish) {
                answer(publish);
            }
        }
        playing = false;
    }

    private void answer(Action.Publish publish) {
        try {
            if (publish.topic().endsWith("/reported")) {
                reported = Reported.parseFrom(publish.payload());
                reported.getAssignmentsList().forEach(report -> {
                    UpdateState state = UpdateState.fromProto(report.getState()).orElseThrow();
                    if (states.isEmpty() || states.get(states.size() - 1) != state) {
                        states.add(state);
                    }
                });
            } else if (publish.topic().endsWith("/want")) {
                Want want = Want.parseFrom(publish.payload());
                wants.add(want);
                if (serving) {
                    send(want);
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private void send(Want want) {
        Digest blob = Digest.ofBytes(want.getDigest());
        ChunkBitmap missing = ChunkBitmap.fromBytes(want.getMissing(), want.getChunks());
        int sent = 0;
        for (int i = missing.first(); i >= 0 && sent < want.getWindow(); i = missing.next(i + 1), sent++) {
            chunk(blob, i, frames.get(blob)[i]);
        }
    }
}
