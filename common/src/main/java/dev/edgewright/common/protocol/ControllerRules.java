package dev.edgewright.common.protocol;

import dev.edgewright.common.id.VariantName;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.ChunkEntry;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.Tensor;
import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.util.List;
import java.util.Map;

/** What must hold of the messages and blobs that the controller makes. */
final class ControllerRules {

    private static final int SIGNATURE_BYTES = 64;
    private static final int KEY_ID_LENGTH = 16;

    /** Bytes of one element, by the datatype names of the Open Inference Protocol; BYTES has no fixed size. */
    private static final Map<String, Integer> ELEMENT_BYTES = Map.ofEntries(
            Map.entry("BOOL", 1),
            Map.entry("UINT8", 1),
            Map.entry("UINT16", 2),
            Map.entry("UINT32", 4),
            Map.entry("UINT64", 8),
            Map.entry("INT8", 1),
            Map.entry("INT16", 2),
            Map.entry("INT32", 4),
            Map.entry("INT64", 8),
            Map.entry("FP16", 2),
            Map.entry("BF16", 2),
            Map.entry("FP32", 4),
            Map.entry("FP64", 8));

    private ControllerRules() {}

    static void signed(Signed signed, Check check) {
        signed("signed", signed, Limits.DESIRED_BYTES, check);
    }

    static void signed(String field, Signed signed, int maxPayload, Check check) {
        check.present(field + ".payload", !signed.getPayload().isEmpty());
        if (signed.getPayload().size() > maxPayload) {
            check.refuse(
                    RefusalReason.TOO_LONG,
                    field + ".payload has " + signed.getPayload().size() + " bytes, at most " + maxPayload);
        }
        if (signed.getKeyId().length() != KEY_ID_LENGTH || !signed.getKeyId().matches("[0-9a-f]+")) {
            check.refuse(RefusalReason.BAD_ID, field + ".key_id is not " + KEY_ID_LENGTH + " hex digits");
        }
        check.bytes(field + ".signature", signed.getSignature(), SIGNATURE_BYTES);
    }

    static void desired(DesiredState desired, Check check) {
        check.device(desired.getDeviceId());
        check.unsigned("sequence", desired.getSequence());
        check.present("sequence", desired.getSequence() != 0);
        check.time("issued_unix_ms", desired.getIssuedUnixMs());
        check.time("expires_unix_ms", desired.getExpiresUnixMs());
        check.entries("assignments", desired.getAssignmentsCount(), Limits.MODELS);
        desired.getAssignmentsList().forEach(assignment -> assignment(assignment, check));
        check.unique("assignments", desired.getAssignmentsList().stream().map(Assignment::getModel));
        check.entries("shadows", desired.getShadowsCount(), Limits.MODELS);
        desired.getShadowsList().forEach(shadow -> ShadowRules.assignment(shadow, check));
        check.unique("shadows", desired.getShadowsList().stream().map(ShadowAssignment::getModel));
    }

    private static void assignment(Assignment assignment, Check check) {
        check.model("assignments.model", assignment.getModel());
        check.unsigned("assignments.sequence", assignment.getSequence());
        check.present("assignments.sequence", assignment.getSequence() != 0);
        check.rolloutOrNone("assignments.rollout_id", assignment.getRolloutId());
        check.unsigned32("assignments.watch_seconds", assignment.getWatchSeconds(), Limits.WATCH_SECONDS);
        check.unsigned32("assignments.watch_min_requests", assignment.getWatchMinRequests(), Integer.MAX_VALUE);
        check.time("assignments.deadline_unix_ms", assignment.getDeadlineUnixMs());
        if (assignment.getRemove()) {
            return;
        }
        check.present("assignments.manifest", assignment.hasManifest());
        signed("assignments.manifest", assignment.getManifest(), Limits.MANIFEST_BYTES, check);
        limits("assignments.limits", assignment.getLimits(), check);
    }

    static void limits(String field, dev.edgewright.common.protocol.v1.Limits limits, Check check) {
        check.notNegative(field + ".max_p95_ms", limits.getMaxP95Ms());
        check.unsigned(field + ".max_memory_bytes", limits.getMaxMemoryBytes());
        check.ratio(field + ".max_error_ratio", limits.getMaxErrorRatio());
        check.notNegative(field + ".max_slowdown", limits.getMaxSlowdown());
        check.notNegative(field + ".max_joules_per_inference", limits.getMaxJoulesPerInference());
    }

    static void manifest(Manifest manifest, Check check) {
        check.model("model", manifest.getModel());
        check.present("version", !manifest.getVersion().isEmpty());
        check.text("version", manifest.getVersion());
        if (!VariantName.isValid(manifest.getVariant())) {
            check.refuse(RefusalReason.BAD_ID, "variant is no valid variant name");
        }
        check.text("recipe", manifest.getRecipe(), Limits.LONG_TEXT);
        check.present("graph", manifest.hasGraph());
        check.present("graph.size", manifest.getGraph().getSize() != 0);
        file("graph", manifest.getGraph(), check);
        if (manifest.hasGolden()) {
            file("golden", manifest.getGolden(), check);
            check.unsigned("golden.size", manifest.getGolden().getSize(), Limits.GOLDEN_SET_BYTES);
        }
        check.unsigned32("session.intra_op_threads", manifest.getSession().getIntraOpThreads(), Limits.CORES);
        texts("session.config", manifest.getSession().getConfigMap(), Limits.SESSION_CONFIG, check);
        specs("inputs", manifest.getInputsList(), check);
        specs("outputs", manifest.getOutputsList(), check);
        tolerance(manifest.getTolerance(), check);
        accuracy(manifest.getAccuracy(), check);
        check.texts("lineage", manifest.getLineageList(), manifest.getLineageCount(), Limits.LINEAGE, Limits.LONG_TEXT);
        check.texts(
                "requires_isa", manifest.getRequiresIsaList(), manifest.getRequiresIsaCount(), Limits.ISA, Limits.TEXT);
        check.unsigned("peak_memory_bytes", manifest.getPeakMemoryBytes(), Limits.MEMORY_BYTES);
        check.time("created_unix_ms", manifest.getCreatedUnixMs());
        texts("metadata", manifest.getMetadataMap(), Limits.METADATA, check);
    }

    private static void file(String field, File file, Check check) {
        if (!file.getName().matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,126}")) {
            check.refuse(RefusalReason.BAD_ID, field + ".name is no plain file name");
        }
        check.digest(field + ".digest", file.getDigest());
        check.unsigned(field + ".size", file.getSize(), Limits.BLOB_BYTES);
        check.digest(field + ".index_digest", file.getIndexDigest());
        check.unsigned32(field + ".index_size", file.getIndexSize(), Limits.CHUNK_INDEX_BYTES);
        check.unsigned32(field + ".chunks", file.getChunks(), Limits.CHUNKS);
        if (file.getSize() > (long) file.getChunks() * Limits.CHUNK_BYTES || file.getSize() < file.getChunks()) {
            check.refuse(
                    RefusalReason.CONTRADICTION,
                    field + " has " + file.getSize() + " bytes in " + file.getChunks() + " chunks");
        }
    }

    private static void specs(String field, List<TensorSpec> specs, Check check) {
        check.entries(field, specs.size(), Limits.TENSORS);
        for (TensorSpec spec : specs) {
            check.text(field + ".name", spec.getName(), Limits.LONG_TEXT);
            check.text(field + ".datatype", spec.getDatatype());
            shape(field, spec.getShapeList(), -1, check);
        }
        check.unique(field, specs.stream().map(TensorSpec::getName));
    }

    private static void shape(String field, List<Long> shape, long least, Check check) {
        check.entries(field + ".shape", shape.size(), Limits.RANK);
        for (long dimension : shape) {
            if (dimension < least) {
                check.refuse(RefusalReason.NEGATIVE, field + ".shape has a dimension of " + dimension);
            }
        }
    }

    private static void tolerance(Tolerance tolerance, Check check) {
        check.finite("tolerance.min_cosine", tolerance.getMinCosine());
        check.ratio("tolerance.min_agreement", tolerance.getMinAgreement());
    }

    private static void accuracy(Accuracy accuracy, Check check) {
        check.text("accuracy.metric", accuracy.getMetric());
        check.finite("accuracy.value", accuracy.getValue());
        check.finite("accuracy.low", accuracy.getLow());
        check.finite("accuracy.high", accuracy.getHigh());
        check.unsigned("accuracy.samples", accuracy.getSamples());
        check.ratio("accuracy.agreement", accuracy.getAgreement());
    }

    private static void texts(String field, Map<String, String> values, int max, Check check) {
        check.entries(field, values.size(), max);
        values.forEach((key, value) -> {
            check.text(field + " key", key);
            check.text(field, value, Limits.LONG_TEXT);
        });
    }

    static void chunkIndex(ChunkIndex index, Check check) {
        check.entries("chunks", index.getChunksCount(), Limits.CHUNKS);
        long total = 0;
        for (ChunkEntry entry : index.getChunksList()) {
            check.digest("chunks.digest", entry.getDigest());
            check.unsigned32("chunks.length", entry.getLength(), Limits.CHUNK_BYTES);
            check.present("chunks.length", entry.getLength() != 0);
            if (check.refused()) {
                return;
            }
            total += entry.getLength();
        }
        check.unsigned("the sum of chunks.length", total, Limits.BLOB_BYTES);
    }

    static void golden(GoldenSet golden, Check check) {
        check.entries("cases", golden.getCasesCount(), Limits.GOLDEN_CASES);
        for (GoldenCase one : golden.getCasesList()) {
            tensors("cases.inputs", one.getInputsList(), check);
            tensors("cases.outputs", one.getOutputsList(), check);
        }
    }

    private static void tensors(String field, List<Tensor> tensors, Check check) {
        check.entries(field, tensors.size(), Limits.TENSORS);
        for (Tensor tensor : tensors) {
            check.text(field + ".name", tensor.getName(), Limits.LONG_TEXT);
            shape(field, tensor.getShapeList(), 0, check);
            Integer bytes = ELEMENT_BYTES.get(tensor.getDatatype());
            if (bytes == null) {
                check.refuse(RefusalReason.UNKNOWN_ENUM, field + ".datatype is none of " + ELEMENT_BYTES.keySet());
            } else if (!check.refused() && !fits(tensor, bytes)) {
                check.refuse(
                        RefusalReason.CONTRADICTION,
                        field + " has " + tensor.getData().size() + " bytes, which is not what shape "
                                + tensor.getShapeList() + " of " + tensor.getDatatype() + " takes");
            }
        }
    }

    private static boolean fits(Tensor tensor, int elementBytes) {
        try {
            long bytes = elementBytes;
            for (long dimension : tensor.getShapeList()) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes == tensor.getData().size();
        } catch (ArithmeticException e) {
            return false;
        }
    }
}
