package dev.edgewright.agent.update;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.agent.health.LiveNumbers;
import dev.edgewright.agent.slot.Disk;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.update.UpdateState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records on disk, one JSON file a model under {@code DATA/updates}, replaced whole and durably at every change.
 *
 * <p>A file that cannot be read (it was damaged by something else than the agent) counts as absent: the pointer still
 * says what serves, and the controller's desired state brings the rest back.
 */
public final class UpdateRecords {

    private static final Logger LOG = LoggerFactory.getLogger(UpdateRecords.class);
    private static final String SUFFIX = ".json";

    private final Path directory;
    private final Disk disk;
    private final ObjectMapper json = new ObjectMapper();

    public UpdateRecords(Path data, Disk disk) {
        this.directory = data.resolve("updates");
        this.disk = disk;
        disk.createDirectories(directory);
    }

    public void save(UpdateRecord record) {
        disk.replace(file(record.model()), encode(record));
    }

    public Optional<UpdateRecord> load(ModelName model) {
        Path file = file(model);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(decode(model, json.readTree(Files.readAllBytes(file))));
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("model", model.value())
                    .addKeyValue("file", file)
                    .setCause(e)
                    .log("update record unreadable, going on without it");
            return Optional.empty();
        }
    }

    public List<ModelName> models() {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> new ModelName(name.substring(0, name.length() - SUFFIX.length())))
                    .sorted(java.util.Comparator.comparing(ModelName::value))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot list " + directory, e);
        }
    }

    private Path file(ModelName model) {
        return directory.resolve(model.value() + SUFFIX);
    }

    private byte[] encode(UpdateRecord record) {
        ObjectNode node = json.createObjectNode();
        node.put("state", record.state().name());
        node.put("sequence", Long.toUnsignedString(record.sequence()));
        node.put("since", record.sinceUnixMs());
        record.target().ifPresent(digest -> node.put("target", digest.hex()));
        record.base().ifPresent(digest -> node.put("base", digest.hex()));
        record.previous().ifPresent(digest -> node.put("previous", digest.hex()));
        record.failure().ifPresent(failure -> {
            node.put("failure", failure.code());
            node.put("failureMessage", failure.message());
        });
        node.put("crashes", record.crashes());
        node.put("cleanStop", record.cleanStop());
        ObjectNode before = node.putObject("before");
        before.put("requests", record.before().requests());
        before.put("errors", record.before().errors());
        before.put("p95Seconds", record.before().p95Seconds());
        node.put("bytesTotal", record.bytes().total());
        node.put("bytesDone", record.bytes().done());
        node.put("bytesReused", record.bytes().reused());
        record.probe().ifPresent(probe -> node.put("probe", base64(probe.toByteArray())));
        node.put("assignment", base64(record.assignment().toByteArray()));
        return (node.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static UpdateRecord decode(ModelName model, JsonNode node) throws IOException {
        JsonNode before = node.path("before");
        Optional<ProbeResult> probe =
                node.has("probe") ? Optional.of(ProbeResult.parseFrom(bytes(node.get("probe")))) : Optional.empty();
        return new UpdateRecord(
                model,
                Assignment.parseFrom(bytes(node.required("assignment"))),
                UpdateState.valueOf(node.required("state").asText()),
                node.path("since").asLong(),
                digest(node, "target"),
                digest(node, "base"),
                digest(node, "previous"),
                node.has("failure")
                        ? Optional.of(new Failure(
                                node.get("failure").asText(),
                                node.path("failureMessage").asText()))
                        : Optional.empty(),
                node.path("crashes").asInt(),
                node.path("cleanStop").asBoolean(),
                probe,
                new LiveNumbers(
                        before.path("requests").asLong(),
                        before.path("errors").asLong(),
                        before.path("p95Seconds").asDouble(),
                        OptionalDouble.empty()),
                new UpdateRecord.Bytes(
                        node.path("bytesTotal").asLong(),
                        node.path("bytesDone").asLong(),
                        node.path("bytesReused").asLong()));
    }

    private static Optional<Digest> digest(JsonNode node, String field) {
        return node.has(field) ? Optional.of(Digest.ofHex(node.get(field).asText())) : Optional.empty();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(JsonNode node) {
        return Base64.getDecoder().decode(node.asText());
    }
}
