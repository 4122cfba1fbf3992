package dev.edgewright.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults at random moments of rollout after rollout: every rollout comes to its end, no device is without a model, nothing is done twice. */
class ChaosIT {

    private static final String MODEL = "clothes";
    private static final int VERSIONS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("edgewright.chaos.patience", 240));
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "REVERTED", "ABORTED", "HALTED");
    private static final Set<String> SETTLED = Set.of("COMMITTED", "ROLLED_BACK", "FAILED");

    @TempDir
    Path folder;

    private final Map<ChaosFault, Integer> injected = new EnumMap<>(ChaosFault.class);
    private final List<String> notConverged = new ArrayList<>();
    private final List<String> withoutModel = new ArrayList<>();
    private final Map<String, Integer> ends = new java.util.TreeMap<>();
    /** Milliseconds by what this test was doing: where a run's time goes. */
    private final Map<String, Long> spent = new java.util.TreeMap<>();

    private int rollouts;
    /** Faults that began before the rollout under way had ended. */
    private int during;

    @Test
    void ten_faults() throws Exception {
        chaos(10);
    }

    /** {@code mvn -pl cli -am verify -Dit.test='ChaosIT#many_faults' -Dsurefire.excludedGroups= -Dedgewright.faults=1000 -Dedgewright.seed=1}. */
    @Test
    @Tag("slow")
    void many_faults() throws Exception {
        chaos(Integer.getInteger("edgewright.faults", 1000));
    }

    private void chaos(int faults) throws Exception {
        Mosquitto.assumeInstalled();
        long seed = Long.getLong("edgewright.seed", 7);
        Random random = new Random(seed);
        try (ChaosFleet fleet = new ChaosFleet(folder)) {
            fleet.start(folder, seed);
            for (int version = 1; version <= VERSIONS; version++) {
                importVersion(fleet, version);
            }
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> online(fleet) == fleet.devices().size());
            rollout(fleet, 1, 0, random); // everybody has a model before anything breaks
            assertThat(notConverged).isEmpty();
            for (int done = 0, version = 2; done < faults; version = version % VERSIONS + 1) {
                int now = Math.min(faults - done, 5 + random.nextInt(9));
                rollout(fleet, version, now, random);
                done += now;
                System.out.println("chaos: " + done + " faults (" + during + " of them while a rollout went on), "
                        + rollouts + " rollouts " + ends + ", not converged "
                        + notConverged.size() + ", without model " + withoutModel.size() + ", done twice "
                        + fleet.witness.trouble().size() + ", ms " + spent);
            }
            System.out.println("chaos, seed " + seed + ": faults " + injected + ", while a rollout went on " + during
                    + ", rollouts " + rollouts + " " + ends
                    + ", switches seen " + fleet.witness.switches() + ", not converged " + notConverged
                    + ", without model " + withoutModel + ", done twice " + fleet.witness.trouble());
            assertThat(notConverged).as("rollouts that did not converge").isEmpty();
            assertThat(withoutModel).as("devices without a working model").isEmpty();
            assertThat(fleet.witness.trouble()).as("effects done twice").isEmpty();
        }
    }

    private void rollout(ChaosFleet fleet, int version, int faults, Random random) throws Exception {
        String id = create(fleet, version);
        boolean abort = faults > 0 && random.nextInt(4) == 0;
        int abortAfter = abort ? random.nextInt(faults) : -1;
        var moments = new ArrayList<Instant>();
        for (int i = 0; i < faults; i++) {
            Thread.sleep(random.nextInt(1_000)); // the random moment is what is tested
            ChaosFault fault = ChaosFault.draw(random);
            moments.add(Instant.now());
            long began = System.nanoTime();
            fleet.inject(fault, random);
            spend(fault.name(), began);
            injected.merge(fault, 1, Integer::sum);
            if (i == abortAfter) {
                revert(fleet, id);
            }
        }
        rollouts++;
        long began = System.nanoTime();
        String state = end(fleet, id);
        spend("until the rollout ended", began);
        ends.merge(state, 1, Integer::sum);
        Instant over = over(fleet, id);
        during += (int) moments.stream().filter(m -> m.isBefore(over)).count();
        began = System.nanoTime();
        for (String device : fleet.devices()) {
            JsonNode report = settled(fleet, device, id);
            if (!works(fleet, device, report)) {
                note(withoutModel, device + " after " + id + ": " + report);
            }
        }
        spend("until every device had settled", began);
    }

    private void spend(String what, long began) {
        spent.merge(what, (System.nanoTime() - began) / 1_000_000, Long::sum);
    }

    private static void note(List<String> what, String words) {
        System.out.println("chaos: " + words);
        what.add(words);
    }

    private String create(ChaosFleet fleet, int version) {
        String body = "{\"model\":\"" + MODEL + "\",\"version\":\"" + version + "\",\"variant\":\"fp32\","
                + "\"waves\":[{\"count\":2},{\"percent\":20},{\"percent\":20},{\"percent\":20},{\"percent\":20},"
                + "{\"percent\":20}],\"watchSeconds\":1,"
                + "\"offerDeadlineSeconds\":90,\"stepDeadlineSeconds\":90,\"maxFailureRatio\":1}";
        return await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> fleet.loop
                                .post("/api/v1/rollouts", body)
                                .path("id")
                                .asText(),
                        id -> !id.isEmpty());
    }

    /** It may have ended already; then there is nothing to revert that this test waits for. */
    private static void revert(ChaosFleet fleet, String id) {
        try {
            fleet.loop.post("/api/v1/rollouts/" + id + "/abort", "{\"revert\":true}");
        } catch (AssertionError | IOException e) {
            System.out.println(
                    "chaos: no revert: " + e.getMessage().lines().findFirst().orElse(""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String end(ChaosFleet fleet, String id) throws Exception {
        try {
            return await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .until(
                            () -> fleet.loop
                                    .get("/api/v1/rollouts/" + id)
                                    .path("state")
                                    .asText(),
                            ENDED::contains);
        } catch (ConditionTimeoutException e) {
            note(notConverged, id + ": " + fleet.loop.get("/api/v1/rollouts/" + id));
            return "not converged";
        }
    }

    /** When the last line of its history was written. */
    private static Instant over(ChaosFleet fleet, String id) throws Exception {
        JsonNode history = fleet.loop.get("/api/v1/rollouts/" + id).path("history");
        return Instant.parse(history.path(history.size() - 1).path("at").asText());
    }

    /** The device's report once nothing of this model moves on it any more. */
    private JsonNode settled(ChaosFleet fleet, String device, String id) throws Exception {
        try {
            return await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .until(
                            () -> fleet.assignment(device, MODEL),
                            r -> SETTLED.contains(r.path("state").asText()));
        } catch (ConditionTimeoutException e) {
            JsonNode report = fleet.assignment(device, MODEL);
            note(notConverged, device + " after " + id + ": " + report);
            return report;
        }
    }

    private static boolean works(ChaosFleet fleet, String device, JsonNode report) {
        if (report.path("activeManifest").asText().isEmpty()) {
            return false;
        }
        return !ChaosFleet.AGENTS.contains(device) || answers(fleet, device);
    }

    private static boolean answers(ChaosFleet fleet, String device) {
        StringBuilder pixels = new StringBuilder("0");
        pixels.append(",0".repeat(28 * 28 - 1));
        String request = "{\"inputs\":[{\"name\":\"image\",\"shape\":[1,1,28,28],\"datatype\":\"FP32\",\"data\":["
                + pixels + "]}]}";
        try {
            return !fleet.loop.infer(device, MODEL, request).path("outputs").isEmpty();
        } catch (AssertionError | IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static long online(ChaosFleet fleet) throws IOException, InterruptedException {
        long online = 0;
        for (JsonNode device : fleet.loop.get("/api/v1/devices?limit=100").path("items")) {
            online += device.path("state").asText().equals("ONLINE") && device.has("class") ? 1 : 0;
        }
        return online;
    }

    private void importVersion(ChaosFleet fleet, int version) throws Exception {
        String path = "/api/v1/models/" + MODEL;
        fleet.loop.upload(path + "?version=" + version + "&variants=none", version(version));
        fleet.loop.post(path + "/variants", "{\"recipes\":[\"fp32\"]}");
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            int made = 0;
            for (JsonNode variant : fleet.loop.get(path + "/variants").path("items")) {
                made += variant.path("version").asText().equals(String.valueOf(version)) ? 1 : 0;
            }
            return made == 1;
        });
    }

    /** The example with the last bit of every weight changed: the same answers, and not one chunk alike. */
    private Path version(int version) throws IOException {
        Path model = Path.of(System.getProperty("edgewright.root"), "examples/fashion-mnist/model.onnx");
        ModelProto.Builder changed = ModelProto.parseFrom(Files.readAllBytes(model)).toBuilder();
        for (TensorProto.Builder tensor : changed.getGraphBuilder().getInitializerBuilderList()) {
            if (tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE
                    && !tensor.getRawData().isEmpty()) {
                byte[] raw = tensor.getRawData().toByteArray();
                for (int i = 0; i < raw.length; i += Float.BYTES) {
                    raw[i] ^= (byte) version;
                }
                tensor.setRawData(com.google.protobuf.ByteString.copyFrom(raw));
            }
        }
        return Files.write(
                folder.resolve("model-" + version + ".onnx"), changed.build().toByteArray());
    }
}
