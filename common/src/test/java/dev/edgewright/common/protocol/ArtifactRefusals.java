package dev.edgewright.common.protocol;

import static dev.edgewright.common.protocol.CodecRefusalTest.bytes;
import static dev.edgewright.common.protocol.CodecRefusalTest.row;
import static dev.edgewright.common.protocol.CodecRefusalTest.sample;
import static dev.edgewright.common.protocol.MessageKind.CHUNK_INDEX;
import static dev.edgewright.common.protocol.MessageKind.GOLDEN_SET;
import static dev.edgewright.common.protocol.MessageKind.MANIFEST;
import static dev.edgewright.common.protocol.RefusalReason.BAD_ID;
import static dev.edgewright.common.protocol.RefusalReason.BAD_LENGTH;
import static dev.edgewright.common.protocol.RefusalReason.CONTRADICTION;
import static dev.edgewright.common.protocol.RefusalReason.MISSING;
import static dev.edgewright.common.protocol.RefusalReason.NEGATIVE;
import static dev.edgewright.common.protocol.RefusalReason.NOT_FINITE;
import static dev.edgewright.common.protocol.RefusalReason.TOO_HIGH;
import static dev.edgewright.common.protocol.RefusalReason.UNKNOWN_ENUM;

import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The rows of {@link CodecRefusalTest} about what a variant consists of: manifest, chunk index and golden set. */
final class ArtifactRefusals {

    private ArtifactRefusals() {}

    static Stream<Arguments> manifest() {
        Manifest.Builder right = sample().manifest().toBuilder();
        return Stream.of(
                row("no graph", MANIFEST, right.clone().clearGraph(), MISSING),
                row("a variant with a slash", MANIFEST, right.clone().setVariant("a/b"), BAD_ID),
                row("a graph outside its folder", MANIFEST, graph(right, "../../etc/passwd"), BAD_ID),
                row("a hidden file", MANIFEST, graph(right, ".ssh"), BAD_ID),
                row("a negative size", MANIFEST, size(right, -1, 1), NEGATIVE),
                row("3 GiB", MANIFEST, size(right, 3L << 30, 40_000), TOO_HIGH),
                row("more bytes than its chunks can hold", MANIFEST, size(right, 1 << 20, 3), CONTRADICTION),
                row("more chunks than bytes", MANIFEST, size(right, 3, 4), CONTRADICTION),
                row("a dimension of -2", MANIFEST, dimension(right, -2), NEGATIVE),
                row("an accuracy of NaN", MANIFEST, accuracy(right, Double.NaN), NOT_FINITE));
    }

    static Stream<Arguments> blobs() {
        ChunkIndex.Builder index = ChunkIndex.newBuilder();
        GoldenSet.Builder golden = GoldenSet.newBuilder();
        golden.addCasesBuilder()
                .addInputsBuilder()
                .setDatatype("FP32")
                .addShape(3)
                .setData(bytes(11));
        GoldenSet.Builder overflow = GoldenSet.newBuilder();
        overflow.addCasesBuilder()
                .addInputsBuilder()
                .setDatatype("FP32")
                .addShape(1L << 62)
                .addShape(1L << 62);
        GoldenSet.Builder unknownType = GoldenSet.newBuilder();
        unknownType.addCasesBuilder().addInputsBuilder().setDatatype("FP31");
        return Stream.of(
                row("a chunk of no bytes", CHUNK_INDEX, chunk(index, 32, 0), MISSING),
                row("a chunk of 257 KiB", CHUNK_INDEX, chunk(index, 32, 257 * 1024), TOO_HIGH),
                row("a chunk digest of 31 bytes", CHUNK_INDEX, chunk(index, 31, 1), BAD_LENGTH),
                row("11 bytes for three floats", GOLDEN_SET, golden, CONTRADICTION),
                row("a shape that overflows", GOLDEN_SET, overflow, CONTRADICTION),
                row("an unknown datatype", GOLDEN_SET, unknownType, UNKNOWN_ENUM));
    }

    private static Manifest.Builder graph(Manifest.Builder manifest, String name) {
        Manifest.Builder changed = manifest.clone();
        changed.getGraphBuilder().setName(name);
        return changed;
    }

    private static Manifest.Builder size(Manifest.Builder manifest, long size, int chunks) {
        Manifest.Builder changed = manifest.clone();
        changed.getGraphBuilder().setSize(size).setChunks(chunks);
        return changed;
    }

    private static Manifest.Builder dimension(Manifest.Builder manifest, long dimension) {
        Manifest.Builder changed = manifest.clone();
        changed.addInputsBuilder().setName("extra").setDatatype("FP32").addShape(dimension);
        return changed;
    }

    private static Manifest.Builder accuracy(Manifest.Builder manifest, double value) {
        Manifest.Builder changed = manifest.clone();
        changed.getAccuracyBuilder().setValue(value);
        return changed;
    }

    private static ChunkIndex.Builder chunk(ChunkIndex.Builder index, int digestBytes, int length) {
        ChunkIndex.Builder changed = index.clone();
        changed.addChunksBuilder().setDigest(bytes(digestBytes)).setLength(length);
        return changed;
    }
}
