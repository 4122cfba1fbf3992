package dev.edgewright.benchmarks.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.benchmarks.rest.Rest;
import dev.edgewright.controller.ControllerConfig;
import dev.edgewright.controller.ControllerMain;
import dev.edgewright.simulator.SimulatorConfig;
import dev.edgewright.simulator.SimulatorMain;
import dev.edgewright.simulator.profile.Faults;
import dev.edgewright.simulator.profile.Mix;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Variants that are bad in one way each, after a good one, to virtual devices through a real controller: what a rollout with a canary, gates and
 * {@code REVERT} makes of each. Prints, for each: how many devices were offered it, seconds until it was stopped, seconds until every device
 * was back, and the verdict.
 */
public final class BadVariants {

    private static final int DEVICES = Integer.getInteger("edgewright.bad.devices", 100);
    private static final int CANARIES = 5;
    private static final long LIMIT_NANOS = 300_000_000_000L;
    private static final Set<String> GOING = Set.of("SCHEDULED", "RUNNING", "SHADOWING");
    private static final String SHADOW = ",\"shadow\":{\"seconds\":20,\"sample\":0.5,\"minAgreement\":0.99}";
    private static final Map<String, String> CASES = new TreeMap<>(Map.of(
            "slower", "{slower: 1.3}",
            "wrong", "{wrong: 0.02}",
            "crashes", "{crashes-after: 2s}",
            "leaks", "{leak-mb-per-minute: 300}",
            "joules", "{joules: 2}",
            "good", "{slower: 1}"));

    private BadVariants() {}

    /** @param args MODEL.onnx, cases; all when none are named */
    public static void main(String[] args) throws Exception {
        if (args.length == 0) {
            System.err.println("usage: BadVariants MODEL.onnx [slower|wrong|crashes|leaks|joules|good ...]");
            System.exit(2);
        }
        List<String> cases = args.length > 1 ? List.of(args).subList(1, args.length) : List.copyOf(CASES.keySet());
        Path folder = Files.createTempDirectory("edgewright-bad");
        ControllerConfig config = ControllerConfig.DEFAULTS
                .withData(folder.resolve("controller"))
                .withHttp("127.0.0.1:0")
                .withMqtt("embedded:127.0.0.1:0");
        try (var controller = ControllerMain.start(config);
                var devices = SimulatorMain.start(
                        SimulatorConfig.of(List.of(
                                "--devices", String.valueOf(DEVICES),
                                "--broker", controller.broker().toString(),
                                "--trust", controller.trust().toString(),
                                "--telemetry-interval", "1s")),
                        Mix.parse("camera: {requests-per-second: 20, verify: 50ms, probe: 100ms}", "mix"),
                        behaviours())) {
            Rest rest = new Rest(HttpClient.newHttpClient(), controller.http());
            while (devices.statistics().connected() < DEVICES) {
                Thread.sleep(200);
            }
            System.out.println(
                    "| variant | devices offered it | stopped after, s | all back after, s | end | verdict |");
            System.out.println("|---|---|---|---|---|---|");
            for (String name : cases) {
                one(rest, name, Path.of(args[0]), Boolean.getBoolean("edgewright.bad.shadow"));
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
        System.exit(0); // Paho leaves threads behind
    }

    private static Faults behaviours() {
        StringBuilder variants = new StringBuilder("variants:\n");
        CASES.forEach((name, behaviour) -> variants.append("  ")
                .append(name)
                .append("/2: ")
                .append(behaviour)
                .append('\n'));
        return Faults.parse(variants.toString(), "behaviours");
    }

    private static void one(Rest rest, String name, Path model, boolean shadow)
            throws IOException, InterruptedException {
        for (int version = 1; version <= 2; version++) {
            importVersion(rest, name, version, model);
            if (version == 1) {
                String first =
                        post(rest, "{\"model\":\"" + name + "\",\"watchSeconds\":1,\"waves\":[{\"percent\":100}]}");
                ended(rest, first, System.nanoTime(), Set.of("SUCCEEDED"));
                Thread.sleep(15_000); // telemetry of the good variant: what the gates compare with
            }
        }
        long began = System.nanoTime();
        String id = post(
                rest,
                "{\"model\":\"" + name
                        + "\",\"version\":\"2\",\"watchSeconds\":1,\"soakSeconds\":20,\"maxFailureRatio\":0.1,"
                        + "\"waves\":[{\"count\":" + CANARIES + "},{\"percent\":20},{\"percent\":80}],\"gates\":{"
                        + "\"maxSlowdown\":1.15,\"maxEnergyRatio\":1.3,\"maxMemoryRatio\":1.5,\"maxErrorRatio\":0.01,"
                        + "\"minAgreement\":0.99,\"onBreach\":\"REVERT\"}" + (shadow ? SHADOW : "") + "}");
        while (GOING.contains(state(rest, id))) {
            pause(began);
        }
        double stopped = (System.nanoTime() - began) / 1e9;
        JsonNode end = ended(rest, id, began, Set.of("REVERTED", "SUCCEEDED", "HALTED"));
        double back = (System.nanoTime() - began) / 1e9;
        JsonNode whole = rest.get("/api/v1/rollouts/" + id);
        String verdict = "";
        for (JsonNode line : whole.path("history")) {
            verdict = line.path("kind").asText().equals("verdict")
                    ? line.path("words").asText()
                    : verdict;
        }
        int offered = end.path("counts").path("total").asInt()
                - end.path("counts").path("waiting").asInt();
        System.out.printf(
                Locale.ROOT,
                "| %s | %d of %d | %.1f | %.1f | %s | %s |%n",
                name,
                offered,
                DEVICES,
                stopped,
                back,
                end.path("state").asText(),
                verdict);
    }

    private static void importVersion(Rest rest, String name, int version, Path model)
            throws IOException, InterruptedException {
        rest.upload("/api/v1/models/" + name + "?version=" + version + "&variants=none", model);
        rest.post("/api/v1/models/" + name + "/variants", "{\"recipes\":[\"fp32\"]}");
        long began = System.nanoTime();
        while (rest.get("/api/v1/models/" + name + "/variants").path("items").size() < version) {
            pause(began);
        }
    }

    private static String post(Rest rest, String body) throws IOException, InterruptedException {
        return rest.post("/api/v1/rollouts", body).path("id").asText();
    }

    private static String state(Rest rest, String id) throws IOException, InterruptedException {
        return newest(rest, id).path("state").asText();
    }

    private static JsonNode newest(Rest rest, String id) throws IOException, InterruptedException {
        JsonNode rollout = rest.get("/api/v1/rollouts?limit=1").path("items").get(0);
        if (!rollout.path("id").asText().equals(id)) {
            throw new IOException("there is another rollout: " + rollout);
        }
        return rollout;
    }

    private static JsonNode ended(Rest rest, String id, long began, Set<String> states)
            throws IOException, InterruptedException {
        JsonNode rollout = newest(rest, id);
        while (!states.contains(rollout.path("state").asText())) {
            pause(began);
            rollout = newest(rest, id);
        }
        return rollout;
    }

    private static void pause(long since) throws InterruptedException, IOException {
        if (System.nanoTime() - since > LIMIT_NANOS) {
            throw new IOException("waited five minutes");
        }
        Thread.sleep(100);
    }
}
