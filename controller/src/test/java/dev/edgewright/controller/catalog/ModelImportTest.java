package dev.edgewright.controller.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.compression.graph.ElementType;
import dev.edgewright.compression.graph.GraphBuilder;
import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.JdbiCatalogStore;
import dev.edgewright.controller.testing.Models;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes in is taken whole or refused with a code and words, and what is refused leaves nothing behind. */
class ModelImportTest {

    private static final ModelName MODEL = ModelName.of("tiny");

    @TempDir
    Path folder;

    private Database database;
    private StoredCatalog catalog;

    @BeforeEach
    void open() {
        database = Database.sqlite(folder.resolve("catalog.db"));
        catalog = new StoredCatalog(
                new JdbiCatalogStore(database),
                new DiskBlobStore(folder.resolve("blobs"), 1 << 20),
                new CompressorInspector(),
                SigningKey.generate(),
                folder.resolve("data"),
                new StoredCatalog.Bounds(1 << 20, 1 << 20, 20),
                Clock.systemUTC());
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void refused(byte[] bytes, String... codes) throws IOException {
        assertThatThrownBy(() -> catalog.importModel(MODEL, Optional.of("1"), new ByteArrayInputStream(bytes)))
                .asInstanceOf(type(EdgewrightException.class))
                .satisfies(e -> {
                    assertThat(e.code().name()).isIn((Object[]) codes);
                    assertThat(e.kind()).isEqualTo(EdgewrightException.Kind.CALLER);
                    assertThat(e.getMessage()).isNotBlank();
                });
        assertThat(catalog.models()).isEmpty();
        try (var left = Files.list(folder.resolve("data"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void a_file_without_bytes() throws IOException {
        refused(new byte[0], "MODEL_EMPTY");
    }

    @Test
    void a_text_file() throws IOException {
        refused("this is not a model\n".repeat(50).getBytes(StandardCharsets.UTF_8), "MODEL_NOT_ONNX");
    }

    @Test
    void a_truncated_model() throws IOException {
        byte[] whole = Models.tiny(1);
        refused(Arrays.copyOf(whole, whole.length / 2), "MODEL_TRUNCATED", "MODEL_NOT_ONNX");
    }

    @Test
    void a_model_with_an_operator_from_the_future() throws IOException {
        var g = GraphBuilder.named("future").opset(17);
        String x = g.input("x", ElementType.FLOAT, 1, 4);
        g.output(g.op("HolographicAttention", List.of(x)), "y", ElementType.FLOAT, 1, 4);
        refused(OnnxFile.toBytes(g.build()), "OPERATOR_UNKNOWN");
    }

    @Test
    void a_model_whose_opset_the_runtime_refuses() throws IOException {
        var model = ModelProto.parseFrom(Models.tiny(1)).toBuilder();
        model.getOpsetImportBuilder(0).setVersion(99);
        refused(model.build().toByteArray(), "OPSET_UNSUPPORTED");
    }

    @Test
    void a_model_over_the_limit() throws IOException {
        refused(new byte[(1 << 20) + 1], "MODEL_TOO_LARGE");
    }

    @Test
    void the_same_bytes_again_are_the_same_version_and_others_a_conflict() {
        var first = catalog.importModel(MODEL, Optional.of("1"), Models.tiny(folder, 1));
        assertThat(catalog.importModel(MODEL, Optional.of("1"), Models.tiny(folder, 1)))
                .isEqualTo(first);
        assertThatThrownBy(() -> catalog.importModel(MODEL, Optional.of("1"), Models.tiny(folder, 2)))
                .hasMessageContaining("with other bytes")
                .hasMessageContaining("choose another name");
        var second = catalog.importModel(MODEL, Optional.empty(), Models.tiny(folder, 2));
        assertThat(second.version()).isEqualTo(second.digest().shortHex());
        assertThat(catalog.requireModel(MODEL).latest()).isEqualTo(second);
        assertThatThrownBy(() -> catalog.importModel(MODEL, Optional.of("../x"), Models.tiny(folder, 1)))
                .hasMessageContaining("a version is");
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] yaml() {
        return """
                inputs:
                  x: {file: images.idx3-ubyte, scale: 0.0039215686}
                labels: {file: labels.idx1-ubyte}
                splits: {calibration: 0..4, validation: 4..8}
                """.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] images(int side) {
        return ByteBuffer.allocate(16 + 8 * side * side)
                .putInt(0x00000803)
                .putInt(8)
                .putInt(side)
                .putInt(side)
                .array();
    }

    private static byte[] labels() {
        return ByteBuffer.allocate(16).putInt(0x00000801).putInt(8).array();
    }

    private void refusedData(byte[] zip, String code, String words) {
        catalog.importModel(MODEL, Optional.of("1"), Models.tiny(folder, 1));
        assertThatThrownBy(() -> catalog.putData(MODEL, new ByteArrayInputStream(zip)))
                .hasMessageContaining(words)
                .asInstanceOf(type(EdgewrightException.class))
                .satisfies(e -> assertThat(e.code().name()).isEqualTo(code));
        assertThat(catalog.data(MODEL)).isEmpty();
        assertThat(folder.resolve("escaped.txt")).doesNotExist();
    }

    @Test
    void data_that_fits_is_unpacked_and_kept() throws IOException {
        catalog.importModel(MODEL, Optional.of("1"), Models.tiny(folder, 1));
        var info = catalog.putData(
                MODEL,
                new ByteArrayInputStream(zip(
                        Map.of("data.yaml", yaml(), "images.idx3-ubyte", images(8), "labels.idx1-ubyte", labels()))));
        assertThat(info.files()).isEqualTo(3);
        assertThat(catalog.data(MODEL))
                .hasValueSatisfying(d -> assertThat(d.resolve("data.yaml")).exists());
    }

    @Test
    void data_of_the_wrong_shape() throws IOException {
        refusedData(
                zip(Map.of("data.yaml", yaml(), "images.idx3-ubyte", images(9), "labels.idx1-ubyte", labels())),
                "DATA_INVALID",
                "x");
    }

    @Test
    void data_whose_zip_leads_outside() throws IOException {
        refusedData(zip(Map.of("../../escaped.txt", new byte[1])), "DATA_PATH", "outside its folder");
        refusedData(zip(Map.of("/tmp/escaped.txt", new byte[1])), "DATA_PATH", "outside its folder");
    }

    @Test
    void data_that_unpacks_to_more_than_it_says() throws IOException {
        refusedData(zip(Map.of("data.yaml", yaml(), "bomb", new byte[2 << 20])), "DATA_TOO_LARGE", "more than");
    }

    @Test
    void data_that_is_no_zip() {
        refusedData("no zip".getBytes(StandardCharsets.UTF_8), "DATA_NOT_ZIP", "no zip");
    }

    @Test
    void data_without_a_description() throws IOException {
        refusedData(zip(Map.of("x.npy", new byte[4])), "DATA_INVALID", "no data.yaml");
    }

    @Test
    void blobs_are_found_by_chunk_and_range_after_a_restart() throws IOException {
        byte[] content = new byte[500_000];
        new java.util.Random(1).nextBytes(content);
        Path file = Files.write(folder.resolve("blob"), content);
        var put = new DiskBlobStore(folder.resolve("b2"), 1 << 20).put(file, "x.onnx");
        var store = new DiskBlobStore(folder.resolve("b2"), 1 << 10);
        var digest = Digest.ofBytes(put.getDigest());
        assertThat(store.chunks(digest)).hasValue(put.getChunks());
        var index = store.index(digest).orElseThrow();
        var whole = new ByteArrayOutputStream();
        for (int i = 0; i < put.getChunks(); i++) {
            whole.write(dev.edgewright.common.artifact.ChunkCodec.decompress(
                    store.openChunk(digest, i),
                    index.getChunks(i).getLength(),
                    Digest.ofBytes(index.getChunks(i).getDigest())));
        }
        assertThat(whole.toByteArray()).isEqualTo(content);
        assertThat(store.chunks(Digest.ofBytes(put.getIndexDigest()))).hasValue(1);
        assertThatThrownBy(() -> store.openChunk(digest, put.getChunks())).hasMessageContaining("has chunks 0..");
        assertThatThrownBy(() -> store.openChunk(Digest.of(new byte[1]), 0)).hasMessageContaining("no blob");
        try (var channel = store.openBlob(digest)) {
            assertThat(channel.size()).isEqualTo(content.length);
        }
    }
}
