package dev.edgewright.cli.verbs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that describe a rollout, and the request that they and a file make together. */
final class RolloutPlan {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The request as YAML or JSON (RolloutRequest in openapi.yaml); options here go before it.")
    private Path file;

    @Option(names = "--version", paramLabel = "V", description = "Version (default: the newest).")
    private String version;

    @Option(
            names = {"-q", "--query"},
            paramLabel = "CEL",
            description = "Only devices that match (default: all).")
    private String query;

    @Option(names = "--variant", paramLabel = "NAME", description = "auto (chosen per device, the default) or a name.")
    private String variant;

    @Option(
            names = "--waves",
            paramLabel = "SIZES",
            description =
                    "Such as 1,25%%,100%%, or 1x2 for 1, 2, 4 ... to all; a size with ! waits for 'rollouts approve'"
                            + " (default: one, then the rest).")
    private String waves;

    @Option(
            names = "--max-failures",
            paramLabel = "RATIO",
            description = "Halt when more than this part of a wave has failed, 0..1 (default: 0.2).")
    private Double maxFailures;

    @Option(names = "--floor", paramLabel = "A", description = "Lowest accuracy allowed, 0..1.")
    private Double floor;

    @Option(names = "--max-drop", paramLabel = "D", description = "Accuracy that may be lost, 0..1.")
    private Double maxDrop;

    @Option(
            names = "--watch-seconds",
            paramLabel = "S",
            description = "How long a device compares new with old before it commits (default: 30).")
    private Integer watchSeconds;

    @Option(names = "--soak-seconds", paramLabel = "S", description = "How long the gates look on after each wave.")
    private Integer soakSeconds;

    @Option(names = "--max-p95-ms", paramLabel = "MS", description = "A device refuses a variant slower than this.")
    private Double maxP95Ms;

    @Option(names = "--max-memory-mb", paramLabel = "MB", description = "A device refuses one that needs more memory.")
    private Double maxMemoryMb;

    @Option(
            names = "--max-slowdown",
            paramLabel = "X",
            description = "Gate: p95 of a wave after the switch divided by before, such as 1.2.")
    private Double maxSlowdown;

    @Option(
            names = "--min-battery",
            paramLabel = "PERCENT",
            description = "Postpone devices that are on battery below this level.")
    private Integer minBattery;

    @Option(
            names = "--late-joiners",
            paramLabel = "POLICY",
            description = "last-wave (default) or ignore: devices that begin to match later.")
    private String lateJoiners;

    @Option(names = "--start-at", paramLabel = "TIME", description = "Not before, such as 2030-01-31T08:00:00Z.")
    private String startAt;

    @Option(
            names = "--bytes-per-second",
            paramLabel = "N",
            description = "Chunks of this rollout leave the controller no faster.")
    private Long bytesPerSecond;

    @Option(
            names = "--shadow-seconds",
            paramLabel = "S",
            description = "First run it beside the serving variant for so long, answers unused.")
    private Long shadowSeconds;

    @Option(
            names = "--shadow-agreement",
            paramLabel = "A",
            description = "Share of its answers that have to be the same (default: 0.99).")
    private Double shadowAgreement;

    @Option(names = "--revert-on-breach", description = "Go back by itself when a gate is broken (default: halt).")
    private boolean revert;

    /** The request's body. */
    ObjectNode request(String model) {
        ObjectNode body = file == null ? JsonNodeFactory.instance.objectNode() : read();
        body.put("model", model);
        text(body, "version", version);
        text(body, "query", query);
        text(body, "variant", variant);
        number(body, "maxFailureRatio", maxFailures);
        number(body, "floor", floor);
        number(body, "maxDrop", maxDrop);
        whole(body, "watchSeconds", watchSeconds);
        whole(body, "soakSeconds", soakSeconds);
        text(body, "lateJoiners", lateJoiners);
        text(body, "startAt", startAt);
        whole(body, "minBatteryPercent", minBattery);
        if (bytesPerSecond != null) {
            whole(body.withObject("/budget"), "bytesPerSecond", bytesPerSecond);
        }
        if (shadowSeconds != null || shadowAgreement != null) {
            ObjectNode shadow = body.withObject("/shadow");
            whole(shadow, "seconds", shadowSeconds);
            number(shadow, "minAgreement", shadowAgreement);
            if (!shadow.has("minAgreement")) {
                shadow.put("minAgreement", 0.99);
            }
        }
        if (waves != null) {
            body.set("waves", waves());
        }
        if (maxP95Ms != null || maxMemoryMb != null) {
            ObjectNode limits = body.withObject("/limits");
            number(limits, "maxP95Ms", maxP95Ms);
            whole(limits, "maxMemoryBytes", maxMemoryMb == null ? null : Math.round(maxMemoryMb * 1_000_000));
        }
        if (maxSlowdown != null || revert) {
            ObjectNode gates = body.withObject("/gates");
            number(gates, "maxSlowdown", maxSlowdown);
            text(gates, "onBreach", revert ? "REVERT" : null);
        }
        return body;
    }

    private JsonNode waves() {
        Optional<? extends JsonNode> sizes = WaveSizes.parse(waves);
        return sizes.orElseThrow(() -> new CliFailure(
                Exit.USAGE, "--waves " + waves + " is not a list of sizes", "Example: --waves 1,25%,100%!"));
    }

    private ObjectNode read() {
        try {
            JsonNode read = new YAMLMapper().readTree(file.toFile());
            if (read instanceof ObjectNode object) {
                return object;
            }
            throw new CliFailure(Exit.USAGE, file + " holds no rollout", "See RolloutRequest in openapi.yaml.");
        } catch (IOException e) {
            throw new CliFailure(Exit.USAGE, "cannot read " + file + ": " + e.getMessage(), "It is YAML or JSON.");
        }
    }

    private static void text(ObjectNode body, String field, String value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    private static void number(ObjectNode body, String field, Double value) {
        if (value != null) {
            body.put(field, value);
        }
    }

    private static void whole(ObjectNode body, String field, Number value) {
        if (value != null) {
            body.put(field, value.longValue());
        }
    }
}
