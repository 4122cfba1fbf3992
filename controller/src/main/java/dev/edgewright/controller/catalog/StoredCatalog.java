package dev.edgewright.controller.catalog;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.SigningKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The catalog: records in a store, files in a blob store, manifests signed with the catalog key. */
public final class StoredCatalog implements CatalogService {

    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private final CatalogStore store;
    private final BlobStore blobs;
    private final ModelInspector inspector;
    private final SigningKey key;
    private final Path data;
    private final Bounds bounds;
    private final Clock clock;
    private static final long LIST_NANOS = 500_000_000L;

    private final Map<Digest, Variant> cache = new ConcurrentHashMap<>();
    private final Map<ModelName, Listed> lists = new ConcurrentHashMap<>();

    /** Variants of a model as they were read lately. */
    private record Listed(List<Variant> variants, long readAt) {
        Listed {
            variants = List.copyOf(variants);
        }
    }

    /** @param modelBytes of an ONNX file; @param data of a data archive */
    public record Bounds(long modelBytes, long dataBytes, int dataFiles) {
        /** 2 GiB is what protobuf can hold. */
        public static final Bounds DEFAULT = new Bounds(
                (1L << 31) - 1, DataArchive.Bounds.DEFAULT.maxBytes(), DataArchive.Bounds.DEFAULT.maxFiles());
    }

    /** @param data folder for unpacked calibration data */
    public StoredCatalog(
            CatalogStore store,
            BlobStore blobs,
            ModelInspector inspector,
            SigningKey catalogKey,
            Path data,
            Bounds bounds,
            Clock clock) {
        this.store = store;
        this.blobs = blobs;
        this.inspector = inspector;
        this.key = catalogKey;
        this.data = data;
        this.bounds = bounds;
        this.clock = clock;
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw EdgewrightException.resource("IMPORT_IO", "cannot create " + data, e);
        }
    }

    @Override
    public ModelVersion importModel(ModelName model, Optional<String> version, InputStream onnx) {
        Path file = null;
        try {
            file = Files.createTempFile(data, "import-", ".onnx");
            copyBounded(onnx, file);
            return importModel(model, version, file);
        } catch (IOException e) {
            throw EdgewrightException.resource("IMPORT_IO", "cannot receive the model: " + e.getMessage(), e);
        } finally {
            deleteQuietly(file);
        }
    }

    @Override
    public ModelVersion importModel(ModelName model, Optional<String> version, Path onnx) {
        version.ifPresent(StoredCatalog::checkVersion);
        Digest digest;
        long bytes;
        try {
            bytes = Files.size(onnx);
            if (bytes > bounds.modelBytes()) {
                throw tooLarge();
            }
            if (bytes == 0) {
                throw EdgewrightException.caller("MODEL_EMPTY", "the model file has no bytes");
            }
            digest = Digest.of(onnx);
        } catch (IOException e) {
            throw EdgewrightException.caller("MODEL_UNREADABLE", "cannot read " + onnx + ": " + e.getMessage(), e);
        }
        String name = version.orElse(digest.shortHex());
        var known = find(model, name);
        if (known.isPresent()) {
            return sameOrConflict(known.get(), digest);
        }
        var facts = inspector.inspect(onnx);
        blobs.put(onnx, "model.onnx");
        var imported = new ModelVersion(
                model,
                name,
                digest,
                bytes,
                facts.inputs(),
                facts.outputs(),
                facts.opset(),
                facts.operators(),
                facts.parameters(),
                clock.instant());
        // Two imports at once: the store decides who was first.
        return store.addVersion(imported)
                ? imported
                : sameOrConflict(find(model, name).orElseThrow(), digest);
    }

    private static ModelVersion sameOrConflict(ModelVersion known, Digest digest) {
        if (!known.digest().equals(digest)) {
            throw EdgewrightException.caller(
                    "VERSION_CONFLICT",
                    "model " + known.model() + " has a version " + known.version() + " with other bytes ("
                            + known.digest().shortHex() + ", not " + digest.shortHex()
                            + "); versions never change, so choose another name");
        }
        return known;
    }

    private Optional<ModelVersion> find(ModelName model, String version) {
        return store.versions(model).stream()
                .filter(v -> v.version().equals(version))
                .findFirst();
    }

    @Override
    public DataInfo putData(ModelName model, InputStream zip) {
        var latest = requireModel(model).latest();
        Path archive = null;
        Path fresh = null;
        try {
            archive = Files.createTempFile(data, "data-", ".zip");
            copyBounded(zip, archive, bounds.dataBytes(), "DATA_TOO_LARGE", "the archive");
            var digest = Digest.of(archive);
            fresh = Files.createTempDirectory(data, "data-");
            DataArchive.Unpacked unpacked;
            try (var in = Files.newInputStream(archive)) {
                unpacked =
                        DataArchive.unpack(in, fresh, new DataArchive.Bounds(bounds.dataBytes(), bounds.dataFiles()));
            }
            inspector.checkData(original(latest), fresh);
            Path folder = folder(model, digest);
            if (!Files.exists(folder)) {
                Files.createDirectories(folder.getParent());
                Files.move(fresh, folder, StandardCopyOption.ATOMIC_MOVE);
            }
            var info = new DataInfo(model, digest, unpacked.bytes(), unpacked.files(), clock.instant());
            store.putData(info);
            return info;
        } catch (IOException e) {
            throw EdgewrightException.resource("IMPORT_IO", "cannot store the data: " + e.getMessage(), e);
        } finally {
            deleteQuietly(archive);
            deleteQuietly(fresh);
        }
    }

    @Override
    public List<Model> models() {
        var byName = new LinkedHashMap<ModelName, List<ModelVersion>>();
        store.versions()
                .forEach(v -> byName.computeIfAbsent(v.model(), k -> new ArrayList<>())
                        .add(v));
        return byName.entrySet().stream()
                .map(e -> new Model(e.getKey(), e.getValue(), store.data(e.getKey())))
                .toList();
    }

    @Override
    public Optional<Model> model(ModelName model) {
        var versions = store.versions(model);
        return versions.isEmpty() ? Optional.empty() : Optional.of(new Model(model, versions, store.data(model)));
    }

    @Override
    public Model requireModel(ModelName model) {
        return model(model)
                .orElseThrow(() -> EdgewrightException.caller(
                        "MODEL_NOT_FOUND",
                        "there is no model " + model + "; import it, or name one of "
                                + models().stream()
                                        .map(m -> m.name().value())
                                        .limit(20)
                                        .toList()));
    }

    @Override
    public List<Variant> variants(ModelName model) {
        // Planning asks once for every device; another controller on the same database is seen a moment later.
        long now = System.nanoTime();
        return lists.compute(
                        model,
                        (name, last) -> last != null && now - last.readAt() < LIST_NANOS
                                ? last
                                : new Listed(store.variants(name), now))
                .variants();
    }

    @Override
    public Optional<Variant> variant(Digest manifest) {
        Variant cached = cache.get(manifest);
        if (cached != null) {
            return Optional.of(cached);
        }
        var found = store.variant(manifest);
        found.ifPresent(v -> cache.put(manifest, v));
        return found;
    }

    @Override
    public Variant publishVariant(ModelVersion of, NewVariant made) {
        var graph = blobs.put(made.graph(), made.name() + ".onnx");
        var same = store.variants(of.model()).stream()
                .filter(v -> v.version().equals(of.version()) && v.name().equals(made.name()))
                .filter(v -> v.manifest().getGraph().getDigest().equals(graph.getDigest()))
                .findFirst();
        if (same.isPresent()) {
            return same.get();
        }
        var manifest = Manifest.newBuilder()
                .setModel(of.model().value())
                .setVersion(of.version())
                .setVariant(made.name())
                .setRecipe(made.recipe())
                .setGraph(graph)
                .addAllInputs(of.inputs())
                .addAllOutputs(of.outputs())
                .setTolerance(made.tolerance())
                .setAccuracy(made.accuracy())
                .addAllLineage(made.lineage())
                .addAllRequiresIsa(made.requiresIsa())
                .setPeakMemoryBytes(made.workload().peakBytes())
                .setCreatedUnixMs(clock.millis());
        if (made.golden().getCasesCount() > 0) {
            Path golden = golden(made);
            manifest.setGolden(blobs.put(golden, made.name() + ".golden"));
            deleteQuietly(golden);
        }
        var signed = key.sign(Contexts.MANIFEST, manifest.build().toByteArray());
        var variant = new Variant(
                Digest.of(signed.getPayload()),
                manifest.build(),
                signed,
                made.workload(),
                made.latencyHere(),
                made.fasterThanOriginal(),
                clock.instant());
        store.addVariant(variant);
        lists.remove(of.model());
        return variant;
    }

    private Path golden(NewVariant made) {
        try {
            Path file = Files.createTempFile(data, "golden-", ".pb");
            Files.write(file, made.golden().toByteArray());
            return file;
        } catch (IOException e) {
            throw EdgewrightException.resource("IMPORT_IO", "cannot write the golden cases", e);
        }
    }

    @Override
    public Path original(ModelVersion version) {
        return blobs.path(version.digest())
                .orElseThrow(() -> EdgewrightException.resource(
                        "BLOB_NOT_FOUND",
                        "the file of " + version.model() + " " + version.version() + " is gone from the blob store"));
    }

    @Override
    public Optional<Path> data(ModelName model) {
        return store.data(model).map(info -> folder(model, info.digest())).filter(Files::isDirectory);
    }

    private Path folder(ModelName model, Digest digest) {
        return data.resolve(model.value()).resolve(digest.shortHex());
    }

    private static void checkVersion(String version) {
        if (!VERSION.matcher(version).matches()) {
            throw EdgewrightException.caller(
                    "VERSION_INVALID",
                    "a version is " + VERSION + "; this one has " + version.length() + " characters");
        }
    }

    private void copyBounded(InputStream in, Path to) throws IOException {
        copyBounded(in, to, bounds.modelBytes(), "MODEL_TOO_LARGE", "the model");
    }

    private static void copyBounded(InputStream in, Path to, long limit, String code, String what) throws IOException {
        try (var out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            long total = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                total += n;
                if (total > limit) {
                    throw EdgewrightException.caller(code, what + " has more than " + limit + " bytes");
                }
                out.write(buffer, 0, n);
            }
        }
    }

    private EdgewrightException tooLarge() {
        return EdgewrightException.caller(
                "MODEL_TOO_LARGE", "the model has more than " + bounds.modelBytes() + " bytes");
    }

    private static void deleteQuietly(Path path) {
        if (path == null || !Files.exists(path)) {
            return;
        }
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            path.toFile().deleteOnExit();
        }
    }
}
