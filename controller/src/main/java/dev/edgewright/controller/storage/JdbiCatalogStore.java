package dev.edgewright.controller.storage;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.controller.catalog.CatalogStore;
import dev.edgewright.controller.catalog.DataInfo;
import dev.edgewright.controller.catalog.ModelVersion;
import dev.edgewright.controller.catalog.Variant;
import dev.edgewright.controller.catalog.Workload;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Models and variants in the tables {@code model_version}, {@code model_data} and {@code variant}. */
public final class JdbiCatalogStore implements CatalogStore {

    private final Database database;

    public JdbiCatalogStore(Database database) {
        this.database = database;
    }

    /** What of a variant its manifest does not say. */
    record Measured(Workload workload, Variant.LatencyHere latencyHere, boolean fasterThanOriginal) {}

    @Override
    public boolean addVersion(ModelVersion version) {
        return 1
                == database.jdbi()
                        .withHandle(h -> h.createUpdate("""
                        insert into model_version (model, version, imported_at, doc)
                        values (:model, :version, :at, :doc) on conflict (model, version) do nothing
                        """)
                                .bind("model", version.model().value())
                                .bind("version", version.version())
                                .bind("at", version.importedAt().toEpochMilli())
                                .bind("doc", Documents.write(version))
                                .execute());
    }

    @Override
    public List<ModelVersion> versions() {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from model_version order by model, imported_at, version")
                        .map((row, context) -> Documents.read(row.getString("doc"), ModelVersion.class))
                        .list());
    }

    @Override
    public List<ModelVersion> versions(ModelName model) {
        return database.jdbi()
                .withHandle(h -> h.createQuery(
                                "select doc from model_version where model = :model order by imported_at, version")
                        .bind("model", model.value())
                        .map((row, context) -> Documents.read(row.getString("doc"), ModelVersion.class))
                        .list());
    }

    @Override
    public void putData(DataInfo data) {
        database.jdbi()
                .useHandle(h -> h.createUpdate("""
                        insert into model_data (model, doc) values (:model, :doc)
                        on conflict (model) do update set doc = excluded.doc
                        """)
                        .bind("model", data.model().value())
                        .bind("doc", Documents.write(data))
                        .execute());
    }

    @Override
    public Optional<DataInfo> data(ModelName model) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select doc from model_data where model = :model")
                        .bind("model", model.value())
                        .map((row, context) -> Documents.read(row.getString("doc"), DataInfo.class))
                        .findOne());
    }

    @Override
    public boolean addVariant(Variant variant) {
        var measured = new Measured(variant.workload(), variant.latencyHere(), variant.fasterThanOriginal());
        return 1
                == database.jdbi()
                        .withHandle(h -> h.createUpdate("""
                        insert into variant (digest, model, version, created_at, signed, doc)
                        values (:digest, :model, :version, :at, :signed, :doc) on conflict (digest) do nothing
                        """)
                                .bind("digest", variant.digest().hex())
                                .bind("model", variant.model().value())
                                .bind("version", variant.version())
                                .bind("at", variant.createdAt().toEpochMilli())
                                .bind("signed", variant.signed().toByteArray())
                                .bind("doc", Documents.write(measured))
                                .execute());
    }

    @Override
    public List<Variant> variants(ModelName model) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from variant where model = :model order by created_at, digest")
                        .bind("model", model.value())
                        .map((row, context) -> variant(row))
                        .list());
    }

    @Override
    public Optional<Variant> variant(Digest manifest) {
        return database.jdbi()
                .withHandle(h -> h.createQuery("select * from variant where digest = :digest")
                        .bind("digest", manifest.hex())
                        .map((row, context) -> variant(row))
                        .findOne());
    }

    private static Variant variant(ResultSet row) throws SQLException {
        var signed = Documents.message(Signed.parser(), row.getBytes("signed"));
        var manifest = Documents.message(Manifest.parser(), signed.getPayload().toByteArray());
        var measured = Documents.read(row.getString("doc"), Measured.class);
        return new Variant(
                Digest.ofHex(row.getString("digest")),
                manifest,
                signed,
                measured.workload(),
                measured.latencyHere(),
                measured.fasterThanOriginal(),
                Instant.ofEpochMilli(row.getLong("created_at")));
    }
}
