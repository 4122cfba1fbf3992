package dev.edgewright.agent.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Fixtures;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.agent.slot.Slot.Part;
import dev.edgewright.common.artifact.ChunkCodec;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlotStoreTest {

    private static final ModelName CATS = ModelName.of("cats");

    @TempDir
    Path data;

    private final Catalog catalog = new Catalog();
    private final Variant v1 = Fixtures.variant(catalog, "fp32", Fixtures.bytes(1, 400_000));
    private final Variant v2 = Fixtures.variant(catalog, "int8", Fixtures.bytes(2, 400_000));
    private SlotStore slots;

    @BeforeEach
    void open() {
        slots = new SlotStore(data, new LocalDisk());
    }

    @Test
    void anAdmittedVariantIsWholeAndNamedByItsManifest() throws Exception {
        Slot slot = admit(v1);

        slot.verify();
        assertThat(slot.directory())
                .isEqualTo(data.resolve("slots/cats").resolve(v1.digest().hex()));
        assertThat(slot.readManifest()).isEqualTo(v1.manifest());
        assertThat(slot.readGolden().getCasesCount()).isEqualTo(1);
        assertThat(data.resolve("staging/cats").resolve(v1.digest().hex())).doesNotExist();
        assertThat(slots.held(CATS)).containsExactly(slot);
    }

    @Test
    void thePointerNamesOneVariantOrNone() throws Exception {
        admit(v1);
        assertThat(slots.active(CATS)).isEmpty();
        slots.point(CATS, Optional.of(v1.digest()));
        assertThat(slots.active(CATS)).contains(v1.digest());
        assertThat(Files.readString(data.resolve("slots/cats/active")))
                .isEqualTo(v1.digest().hex() + "\n");
        slots.point(CATS, Optional.empty());
        assertThat(slots.active(CATS)).isEmpty();
    }

    @Test
    void collectingNeverTakesTheActiveSlot() throws Exception {
        admit(v1);
        admit(v2);
        slots.point(CATS, Optional.of(v1.digest()));
        slots.collect(CATS, Set.of(), Set.of());

        assertThat(slots.held(CATS)).extracting(Slot::manifest).containsExactly(v1.digest());
    }

    @Test
    void aByteThatChangedOnDiskIsFound() throws Exception {
        Slot slot = admit(v1);
        byte[] bytes = Files.readAllBytes(slot.modelFile());
        bytes[7] ^= 1;
        Files.write(slot.modelFile(), bytes);

        assertThatThrownBy(slot::verify).hasMessageContaining("model.onnx has digest");
    }

    @Test
    void heldChunksAreReadByTheirDigestFromAnyVariant() throws Exception {
        HeldChunks held = HeldChunks.of(java.util.List.of(admit(v1), admit(v2)));
        ChunkIndex index = index(v2.manifest().getGraph(), v2);
        for (var chunk : index.getChunksList()) {
            Digest digest = Digest.ofBytes(chunk.getDigest());
            assertThat(held.read(digest))
                    .isPresent()
                    .get()
                    .satisfies(plain -> assertThat(Digest.of(plain)).isEqualTo(digest));
        }
        assertThat(held.read(Digest.of(new byte[] {1}))).isEmpty();
    }

    @Test
    void aHeldChunkThatChangedOnDiskIsNotHandedOut() throws Exception {
        Slot slot = admit(v1);
        HeldChunks held = HeldChunks.of(java.util.List.of(slot));
        byte[] bytes = Files.readAllBytes(slot.modelFile());
        bytes[7] ^= 1;
        Files.write(slot.modelFile(), bytes);

        Digest first =
                Digest.ofBytes(index(v1.manifest().getGraph(), v1).getChunks(0).getDigest());
        assertThat(held.read(first)).isEmpty();
    }

    @Test
    void whatAnEarlierAttemptLeftIsCountedAndATornChunkIsNot() throws Exception {
        ChunkIndex index = index(v1.manifest().getGraph(), v1);
        try (Staging staging = slots.stage(CATS, v1.digest())) {
            PartialBlob blob = staging.blob(Part.MODEL, index);
            put(blob, v1, 0);
            put(blob, v1, 2);
        }
        Path file = data.resolve("staging/cats").resolve(v1.digest().hex()).resolve("model.onnx");
        byte[] bytes = Files.readAllBytes(file);
        bytes[5] ^= 1;
        Files.write(file, bytes);

        try (Staging staging = slots.stage(CATS, v1.digest())) {
            PartialBlob blob = staging.blob(Part.MODEL, index);
            assertThat(blob.missing().isSet(0)).as("torn").isTrue();
            assertThat(blob.missing().isSet(1)).as("never came").isTrue();
            assertThat(blob.missing().isSet(2)).as("whole").isFalse();
            assertThat(blob.bytesDone()).isEqualTo(index.getChunks(2).getLength());
        }
    }

    @Test
    void aFullDiskSaysSo() {
        Path full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "needs /dev/full: what a full disk says");
        assertThatThrownBy(() -> {
                    try (Disk.WritableFile file = new LocalDisk().open(full, 100)) {
                        file.write(0, new byte[10]);
                    }
                })
                .hasMessageContaining("free space")
                .extracting(e -> ((dev.edgewright.common.error.EdgewrightException) e)
                        .code()
                        .name())
                .isEqualTo("DISK_FULL");
    }

    private Slot admit(Variant variant) throws Exception {
        Staging staging = slots.stage(CATS, variant.digest());
        staging.writeManifest(variant.signed());
        for (Part part : Part.values()) {
            File file = part.of(variant.manifest()).orElseThrow();
            ChunkIndex index = index(file, variant);
            staging.writeIndex(part, index.toByteArray());
            PartialBlob blob = staging.blob(part, index);
            for (int i = 0; i < blob.chunks(); i++) {
                byte[] frame =
                        variant.blobs().get(Digest.ofBytes(file.getDigest())).get(i);
                blob.put(i, ChunkCodec.decompress(frame, blob.length(i), blob.digest(i)));
            }
        }
        staging.force();
        return slots.admit(staging);
    }

    private static void put(PartialBlob blob, Variant variant, int chunk) {
        byte[] frame = variant.blobs().get(variant.graph()).get(chunk);
        blob.put(chunk, ChunkCodec.decompress(frame, blob.length(chunk), blob.digest(chunk)));
    }

    private static ChunkIndex index(File file, Variant variant) throws Exception {
        Digest digest = Digest.ofBytes(file.getIndexDigest());
        return ChunkIndex.parseFrom(
                ChunkCodec.decompress(variant.blobs().get(digest).get(0), file.getIndexSize(), digest));
    }
}
