package dev.edgewright.agent.device;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.common.protocol.v1.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps measured probes in {@code probes.json} of the data folder, valid for one fingerprint. */
public final class ProbeCache {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeCache.class);

    private final Path file;
    private final ObjectMapper mapper = new ObjectMapper();

    public ProbeCache(Path dataDir) {
        this.file = dataDir.resolve("probes.json");
    }

    /** Kept probes of that fingerprint, or else fresh ones, which are kept. A file that cannot be read is measured anew. */
    public List<Probe> get(String fingerprint, Supplier<List<Probe>> measure) {
        Optional<List<Probe>> kept = read(fingerprint);
        if (kept.isPresent()) {
            return kept.get();
        }
        LOG.atInfo().addKeyValue("fingerprint", fingerprint).log("measuring this device");
        List<Probe> probes = measure.get();
        write(fingerprint, probes);
        return probes;
    }

    private Optional<List<Probe>> read(String fingerprint) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode root = mapper.readTree(file.toFile());
            if (!root.path("fingerprint").asText().equals(fingerprint)) {
                return Optional.empty();
            }
            List<Probe> probes = new ArrayList<>();
            root.path("probes").forEach(node -> probes.add(probe(node)));
            return probes.isEmpty() ? Optional.empty() : Optional.of(probes);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("cause", e.getMessage())
                    .log("probes unreadable, measuring anew");
            return Optional.empty();
        }
    }

    private void write(String fingerprint, List<Probe> probes) {
        ObjectNode root = mapper.createObjectNode().put("fingerprint", fingerprint);
        probes.forEach(p -> root.withArray("probes")
                .addObject()
                .put("kernel", p.getKernel())
                .put("precision", p.getPrecision())
                .put("size", p.getSize())
                .put("threads", p.getThreads())
                .put("median_us", p.getMedianUs())
                .put("p95_us", p.getP95Us())
                .put("work", p.getWork())
                .put("runs", p.getRuns()));
        try {
            Files.createDirectories(file.getParent());
            Path fresh = file.resolveSibling("probes.json.new");
            mapper.writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), root);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("file", file)
                    .log("probes could not be kept; the next start measures again");
        }
    }

    private static Probe probe(JsonNode node) {
        return Probe.newBuilder()
                .setKernel(node.path("kernel").asText())
                .setPrecision(node.path("precision").asText())
                .setSize(node.path("size").asText())
                .setThreads(node.path("threads").asInt())
                .setMedianUs(node.path("median_us").asDouble())
                .setP95Us(node.path("p95_us").asDouble())
                .setWork(node.path("work").asDouble())
                .setRuns(node.path("runs").asInt())
                .build();
    }
}
