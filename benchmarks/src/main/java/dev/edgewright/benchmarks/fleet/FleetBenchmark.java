package dev.edgewright.benchmarks.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.benchmarks.rest.Rest;
import dev.edgewright.controller.ControllerConfig;
import dev.edgewright.controller.ControllerMain;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A rollout in ten waves to N virtual devices that answer at once. The controller and its embedded broker are this process, the devices
 * another; what travels is what would travel to real devices, every chunk of the variant included, and every device checks every chunk.
 * Prints a row for each number of devices and rollout.
 */
public final class FleetBenchmark {

    private static final int WAVES = 10;
    private static final int ROUNDS = Integer.getInteger("edgewright.fleet.rounds", 1);
    private static final Set<String> GOING = Set.of("SCHEDULED", "RUNNING", "REVERTING");
    private static final long LIMIT_NANOS = 600_000_000_000L;

    private FleetBenchmark() {}

    /** @param args MODEL.onnx, numbers of devices */
    public static void main(String[] args) throws Exception {
        if (args.length < 2) {
            System.err.println("usage: FleetBenchmark MODEL.onnx DEVICES [DEVICES ...]");
            System.exit(2);
        }
        System.out.println(
                "| devices | all online, s | create answered, s | finished, s | delivered, MB | published, MB |"
                        + " decisions/s | messages in/s | controller CPU, s | devices' CPU, s | controller resident, MiB |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        for (String devices : List.of(args).subList(1, args.length)) {
            Path folder = Files.createTempDirectory("edgewright-fleet");
            try {
                run(Path.of(args[0]), Integer.parseInt(devices), folder);
            } catch (IOException e) {
                System.err.println(e.getMessage());
                System.exit(1);
            } finally {
                delete(folder);
            }
        }
        System.exit(0); // Paho leaves threads behind
    }

    private static void run(Path model, int count, Path folder) throws Exception {
        ControllerConfig config = ControllerConfig.DEFAULTS
                .withData(folder.resolve("controller"))
                .withHttp("127.0.0.1:0")
                .withMqtt("embedded:127.0.0.1:0");
        try (var controller = ControllerMain.start(config)) {
            Rest rest = new Rest(HttpClient.newHttpClient(), controller.http());
            for (int round = 1; round <= ROUNDS; round++) {
                importModel(rest, "m" + round, model);
                // New devices each round: they begin with empty disks, so that all is delivered again.
                try (Devices devices =
                        Devices.start(count, "r" + round + "-", controller.broker(), controller.trust(), folder)) {
                    double online = devices.awaitOnline(rest);
                    rollout(rest, "m" + round, devices, online);
                } catch (IOException e) {
                    System.err.println(Files.readString(folder.resolve("devices.log"))
                            .lines()
                            .limit(40)
                            .toList());
                    throw e;
                }
            }
        }
    }

    private static void importModel(Rest rest, String name, Path model) throws IOException, InterruptedException {
        rest.upload("/api/v1/models/" + name + "?version=1&variants=none", model);
        rest.post("/api/v1/models/" + name + "/variants", "{\"recipes\":[\"fp32\"]}");
        long started = System.nanoTime();
        while (rest.get("/api/v1/models/" + name + "/variants").path("items").isEmpty()) {
            pause(started, "the variant");
        }
    }

    private static void rollout(Rest rest, String name, Devices devices, double online)
            throws IOException, InterruptedException {
        Usage before = Usage.now(rest, devices);
        long created = System.nanoTime();
        String id = rest.post("/api/v1/rollouts", request(name, devices.prefix()))
                .path("id")
                .asText();
        double answered = (System.nanoTime() - created) / 1e9;
        JsonNode rollout;
        do {
            pause(created, "the rollout");
            rollout = rest.get("/api/v1/rollouts?limit=1").path("items").get(0);
        } while (GOING.contains(rollout.path("state").asText()));
        double finished = (System.nanoTime() - created) / 1e9;
        Usage spent = Usage.now(rest, devices).minus(before);
        if (!rollout.path("id").asText().equals(id)
                || !rollout.path("state").asText().equals("SUCCEEDED")
                || rollout.path("counts").path("committed").asInt() != devices.count()) {
            throw new IOException("the rollout did not succeed everywhere: " + rollout);
        }
        if (Boolean.getBoolean("edgewright.fleet.history")) {
            rest.get("/api/v1/rollouts/" + id).path("history").forEach(System.err::println);
        }
        double size = rest.get("/api/v1/models/" + name + "/variants")
                .path("items")
                .get(0)
                .path("sizeBytes")
                .asDouble();
        System.out.printf(
                Locale.ROOT,
                "| %d | %.1f | %.2f | %.2f | %.0f | %.1f | %.0f | %.0f | %.1f | %.1f | %.0f |%n",
                devices.count(),
                online,
                answered,
                finished,
                size / 1e6 * devices.count(),
                spent.publishedBytes() / 1e6,
                spent.decisions() / finished,
                spent.received() / finished,
                spent.controllerCpu(),
                spent.devicesCpu(),
                Usage.residentMib());
    }

    private static String request(String model, String prefix) {
        StringBuilder waves = new StringBuilder();
        for (int i = 0; i < WAVES; i++) {
            waves.append(i == 0 ? "" : ",")
                    .append("{\"percent\":")
                    .append(100 / WAVES)
                    .append('}');
        }
        return "{\"model\":\"" + model + "\",\"variant\":\"fp32\",\"watchSeconds\":0,\"query\":\"device.id.startsWith('"
                + prefix + "')\",\"waves\":[" + waves + "]}";
    }

    private static void pause(long since, String what) throws InterruptedException, IOException {
        if (System.nanoTime() - since > LIMIT_NANOS) {
            throw new IOException("waited ten minutes for " + what);
        }
        Thread.sleep(100);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
