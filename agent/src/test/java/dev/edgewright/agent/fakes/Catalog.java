package dev.edgewright.agent.fakes;

import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.artifact.IndexedBlob;
import dev.edgewright.common.artifact.ManifestDigest;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.Tolerance;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The controller's keys, and variants signed with them. */
public final class Catalog {

    public final SigningKey catalogKey = SigningKey.generate();
    public final SigningKey fleetKey = SigningKey.generate();

    public Variant variant(Manifest promised, byte[] graph, GoldenSet golden) {
        return variant(promised, graph, golden, catalogKey);
    }

    /** @param promised everything but the files */
    public Variant variant(Manifest promised, byte[] graph, GoldenSet golden, SigningKey key) {
        Map<Digest, List<byte[]>> blobs = new HashMap<>();
        Manifest.Builder manifest = promised.toBuilder().setGraph(add(blobs, graph, "model.onnx"));
        if (golden.getCasesCount() > 0) {
            manifest.setGolden(add(blobs, golden.toByteArray(), "golden.bin"));
        }
        if (!promised.hasTolerance()) {
            manifest.setTolerance(Tolerance.newBuilder().setMinCosine(0.99).setMinAgreement(1));
        }
        Manifest whole = manifest.build();
        Signed signed = key.sign(Contexts.MANIFEST, whole.toByteArray());
        return new Variant(whole, signed, ManifestDigest.of(signed), blobs);
    }

    public Assignment assign(Variant variant, long sequence) {
        return Assignment.newBuilder()
                .setModel(variant.model())
                .setSequence(sequence)
                .setRolloutId("r" + sequence)
                .setManifest(variant.signed())
                .build();
    }

    public byte[] desired(String device, long sequence, Assignment... assignments) {
        return desired(DesiredState.newBuilder()
                .setDeviceId(device)
                .setSequence(sequence)
                .addAllAssignments(Arrays.asList(assignments))
                .build());
    }

    public byte[] desired(DesiredState state) {
        return fleetKey.sign(Contexts.DESIRED, state.toByteArray()).toByteArray();
    }

    /** Writes the public keys where an agent looks for them. */
    public Path trust(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        catalogKey.publicKey().save(folder.resolve("catalog.pub"));
        fleetKey.publicKey().save(folder.resolve("fleet.pub"));
        return folder;
    }

    private static dev.edgewright.common.protocol.v1.File add(
            Map<Digest, List<byte[]>> blobs, byte[] content, String name) {
        try {
            IndexedBlob blob = IndexedBlob.index(new ByteArrayInputStream(content), name);
            long[] offsets = blob.offsets();
            List<byte[]> frames = new ArrayList<>();
            for (int i = 0; i < blob.chunks(); i++) {
                frames.add(ChunkCodec.compress(Arrays.copyOfRange(content, (int) offsets[i], (int) offsets[i + 1])));
            }
            blobs.put(blob.digest(), frames);
            blobs.put(blob.indexDigest(), List.of(ChunkCodec.compress(blob.encodedIndex())));
            return blob.file();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
