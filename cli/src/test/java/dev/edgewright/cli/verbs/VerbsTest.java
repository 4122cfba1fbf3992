package dev.edgewright.cli.verbs;

import static dev.edgewright.cli.verbs.Documents.CAMERA;
import static dev.edgewright.cli.verbs.Documents.HEX_B;
import static dev.edgewright.cli.verbs.Documents.INT8;
import static dev.edgewright.cli.verbs.Documents.SILENT;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.cli.CommandRun;
import dev.edgewright.cli.FakeController;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class VerbsTest {
    private final FakeController controller = new FakeController();

    @AfterEach
    void requestsAndAnswersAreThoseOfTheOpenApiDocument() {
        controller.close();
        assertThat(controller.violations()).isEmpty();
    }

    @Test
    void listsDevicesAsAnAlignedTable() {
        controller.on("GET", "/devices", 200, "{\"items\":[" + CAMERA + "," + SILENT + "]}");

        CommandRun run = CommandRun.of(controller, "devices", "list");

        assertThat(run.exit()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(1))
                .startsWith("cam-1")
                .contains("ONLINE", "aarch64", "4.00 GB", "int8-static", "COMMITTED", "0.421 ms", "1.50 ms")
                .contains("1.23 mJ estimated")
                .endsWith("2s");
        assertThat(lines.get(2)).startsWith("cam-2").contains("OFFLINE");
        assertThat(lines.get(1).indexOf("ONLINE")).isEqualTo(lines.get(2).indexOf("OFFLINE"));
    }

    @Test
    void registersAWebhookAndShowsItsSecretOnce() {
        controller.on(
                "POST",
                "/webhooks",
                201,
                "{\"id\":\"wh-1\",\"url\":\"https://example.org/h\",\"kinds\":[\"rollout.*\"],"
                        + "\"createdAt\":\"2026-03-02T10:00:00Z\",\"secret\":\"s3cret-s3cret-s3cret\"}");

        CommandRun run =
                CommandRun.of(controller, "webhooks", "create", "https://example.org/h", "--kind", "rollout.*");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("wh-1", "s3cret-s3cret-s3cret");
        assertThat(controller.last().json().path("kinds").path(0).asText()).isEqualTo("rollout.*");
    }

    @Test
    void showsWhatBecameOfDeliveriesAndTriesOneAgain() {
        String dead = "{\"event\":\"ev-7\",\"state\":\"DEAD\",\"attempts\":16,\"lastStatus\":503,"
                + "\"lastError\":\"the receiver answered 503\",\"updatedAt\":\"2026-03-02T10:00:00Z\"}";
        controller
                .on("GET", "/webhooks/wh-1/deliveries", 200, "{\"items\":[" + dead + "]}")
                .on("POST", "/webhooks/wh-1/deliveries/ev-7/retry", 200, dead.replace("DEAD", "PENDING"));

        CommandRun run = CommandRun.of(controller, "webhooks", "deliveries", "wh-1", "--state", "DEAD");
        assertThat(run.out()).contains("ev-7", "DEAD", "16", "the receiver answered 503");
        assertThat(controller.last().query()).containsEntry("state", "DEAD");

        assertThat(CommandRun.of(controller, "webhooks", "retry", "wh-1", "ev-7")
                        .out())
                .contains("on its way again");
    }

    @Test
    void listsWhoDidWhatAndWhatHappened() {
        controller
                .on(
                        "GET",
                        "/audit",
                        200,
                        "{\"items\":[{\"sequence\":3,\"at\":\"2026-03-02T10:00:00Z\",\"actor\":\"ada\",\"via\":\"cli\","
                                + "\"action\":\"rollouts.pause\",\"object\":\"rollouts/ro-1\",\"before\":\"RUNNING\","
                                + "\"after\":\"PAUSED\",\"outcome\":\"done\"}]}")
                .on(
                        "GET",
                        "/events/log",
                        200,
                        "{\"items\":[{\"id\":\"ev-4\",\"sequence\":4,\"at\":\"2026-03-02T10:00:00Z\","
                                + "\"kind\":\"rollout.verdict\",\"subject\":\"rollouts/ro-1\",\"who\":\"controller\","
                                + "\"words\":\"p95 is 1.50 times\",\"facts\":{}}]}");

        CommandRun audit = CommandRun.of(controller, "audit", "list", "--object", "rollouts", "--actor", "ada");
        assertThat(audit.out()).contains("ada", "rollouts.pause", "RUNNING", "PAUSED", "done");
        assertThat(controller.last().query())
                .containsEntry("object", "rollouts")
                .containsEntry("actor", "ada");
        assertThat(CommandRun.of(controller, "events", "list", "--after", "3").out())
                .contains("ev-4", "rollout.verdict", "p95 is 1.50 times");
    }

    @Test
    void fetchesEveryPageOfDevices() {
        controller.on(
                "GET",
                "/devices",
                200,
                "{\"items\":[" + CAMERA + "],\"next\":\"cam-1\"}",
                "{\"items\":[" + SILENT + "]}");

        CommandRun run = CommandRun.of(controller, "devices", "list", "--query", "device.arch == \"aarch64\"");

        assertThat(run.out()).contains("cam-1", "cam-2");
        assertThat(controller.requests().get(0).query()).containsEntry("query", "device.arch == \"aarch64\"");
        assertThat(controller.requests().get(1).query())
                .containsEntry("after", "cam-1")
                .containsKey("query");
    }

    @Test
    void printsTheDocumentForScripts() throws IOException {
        controller.on("GET", "/devices", 200, "{\"items\":[" + CAMERA + "]}");

        CommandRun run = CommandRun.of(controller, "devices", "list", "-o", "json");

        JsonNode printed = new ObjectMapper().readTree(run.out());
        assertThat(printed.path(0).path("id").asText()).isEqualTo("cam-1");
    }

    @Test
    void anEmptyFleetSaysHowToStartADevice() {
        controller.on("GET", "/devices", 200, "{\"items\":[]}");

        CommandRun run = CommandRun.of(controller, "devices", "list");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("No devices yet");
        assertThat(run.err()).contains("edgewright agent");
    }

    @Test
    void showsOneDeviceWithWhyItServesItsVariant() {
        controller.on("GET", "/devices/cam-1", 200, CAMERA);

        CommandRun run = CommandRun.of(controller, "devices", "show", "cam-1");

        assertThat(run.out())
                .contains("Cortex-A76", "fastest of 2 that keep the accuracy", "rapl", "site=berlin", "0.421 ms");
    }

    @Test
    void setsAndTakesAwayLabels() {
        controller.on("PATCH", "/devices/cam-1", 200, CAMERA);

        assertThat(CommandRun.of(controller, "devices", "label", "cam-1", "ring=canary", "old-")
                        .exit())
                .isZero();

        JsonNode labels = controller.last().json().path("labels");
        assertThat(labels.path("ring").asText()).isEqualTo("canary");
        assertThat(labels.path("old").isNull()).isTrue();
    }

    @Test
    void importsAModelWithItsDataAndWaitsForTheVariants(@TempDir Path folder) throws IOException {
        Path onnx = Files.write(folder.resolve("model.onnx"), new byte[100_000]);
        Files.writeString(folder.resolve("data.yaml"), "inputs: {}");
        Files.write(folder.resolve("images.idx3-ubyte"), new byte[10]);
        controller
                .on("POST", "/models/fashion", 201, Documents.model(false, null))
                .on("PUT", "/models/fashion/data", 200, Documents.model(true, "7"))
                .on("GET", "/jobs/7", 200, Documents.job("RUNNING", 0.5), Documents.job("SUCCEEDED", 1.0));

        CommandRun run =
                CommandRun.of(controller, "models", "import", "fashion", onnx.toString(), "--data", folder.toString());

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("quantize", "Imported fashion version 1", "edgewright variants list fashion");
        assertThat(controller.requests().get(0).body()).hasSize(100_000);
        assertThat(names(controller.requests().get(1).body())).containsExactly("data.yaml", "images.idx3-ubyte");
    }

    @Test
    void aFailedJobFailsTheImport(@TempDir Path folder) throws IOException {
        Path onnx = Files.write(folder.resolve("model.onnx"), new byte[10]);
        controller
                .on("POST", "/models/fashion", 201, Documents.model(true, null))
                .on("POST", "/models/fashion/variants", 202, "{\"job\":\"7\"}")
                .on("GET", "/jobs/7", 200, Documents.job("FAILED", 0.2));

        CommandRun run = CommandRun.of(
                controller, "models", "import", "fashion", onnx.toString(), "--recipe", "fp32,int8-static");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("images are 27 wide", "edgewright jobs show 7");
        assertThat(controller.requests().get(0).query()).containsEntry("variants", "none");
        assertThat(controller.requests().get(1).json().path("recipes").toString())
                .isEqualTo("[\"fp32\",\"int8-static\"]");
    }

    @Test
    void listsModelsAndShowsTheirTensors() {
        controller
                .on("GET", "/models", 200, "{\"items\":[" + Documents.model(true, null) + "]}")
                .on("GET", "/models/fashion", 200, Documents.model(true, null));

        assertThat(CommandRun.of(controller, "models", "list").out()).contains("fashion", "1.08 MB", "2m0s");
        assertThat(CommandRun.of(controller, "models", "show", "fashion").out())
                .contains("image FP32 [?, 1, 28, 28]", "logits FP32 [?, 10]");
    }

    @Test
    void listsVariantsWithAccuracyAndItsInterval() {
        controller.on("GET", "/models/fashion/variants", 200, "{\"items\":[" + INT8 + "]}");

        assertThat(CommandRun.of(controller, "variants", "list", "fashion").out())
                .contains("int8-static", "93.12 % (92.1..94.1)", "280 kB", "avx2", HEX_B.substring(0, 12));
    }

    @Test
    void showsAVariantsLineage() {
        controller.on("GET", "/variants/bbbbbbbb", 200, INT8);

        assertThat(CommandRun.of(controller, "variants", "show", "bbbbbbbb").out())
                .contains("quantize(int8, 512 samples)", "2048 samples");
    }

    @Test
    void explainsTheChoiceInWords() {
        controller.on("GET", "/models/fashion/selection", 200, """
                {"items":[{"device":"cam-1","chosen":"int8-static","why":"1.9 times as fast","candidates":[
                {"variant":"int8-static","verdict":"CHOSEN","reason":"fastest","predictedMs":0.8,"accuracy":0.93},
                {"variant":"fp32","verdict":"SLOWER","reason":"half as fast","predictedMs":1.5}]},
                {"device":"cam-2","why":"no variant fits into 64 MB","candidates":[]}]}""");

        CommandRun run = CommandRun.of(controller, "variants", "explain", "fashion", "--max-drop", "0.005", "--all");

        assertThat(run.out())
                .contains("cam-1  int8-static  1.9 times as fast", "SLOWER", "half as fast")
                .contains("cam-2  nothing fits  no variant fits into 64 MB");
        assertThat(controller.last().query()).containsEntry("maxDrop", "0.005").doesNotContainKey("floor");
    }

    @Test
    void explainsADeviceByTheDecisionThatWasMade() {
        controller.on("GET", "/models/cam-1/selection", 404, FakeController.problem(404, "MODEL_NOT_FOUND", "no", ""));
        controller.on("GET", "/devices/cam-1/decisions", 200, """
                {"items":[{"rollout":"ro-1","who":"deployment dp-1 line 2 by api","model":"fashion","version":"1","class":"x86_64/a/2t",
                "objective":"minimise latency","chosen":"int8-static","why":"int8-static: 0.800 ms measured in a trial on this class",
                "at":"2026-11-24T22:00:00Z","candidates":[{"variant":"int8-static",
                "manifest":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","sizeBytes":1000000,"verdict":"CHOSEN",
                "reason":"best","predictedMs":{"value":0.9,"low":0.6,"high":1.3,"source":"PROBES"},
                "measuredMs":{"value":0.8,"low":0.79,"high":0.81,"source":"TRIAL"}}]}]}""");

        CommandRun run = CommandRun.of(controller, "variants", "explain", "cam-1");

        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("cam-1  fashion 1  int8-static", "measured in a trial", "deployment dp-1 line 2 by api")
                .contains("0.900 ms", "0.800 ms ±1%");
    }

    @Test
    void namesWhatIsNeitherDeviceNorModel() {
        CommandRun run = CommandRun.of(controller, "variants", "explain", "nobody");
        assertThat(run.exit()).isEqualTo(4);
        assertThat(run.err()).contains("there is no device and no model 'nobody'");
    }

    @Test
    void explainsADeploymentFileAndEndsWithOneWhenSomethingIsMissing(@TempDir Path folder) throws Exception {
        controller.on("POST", "/deployments/explain", 200, """
                {"model":"fashion","version":"1","good":false,"uncovered":2,"rules":[{"line":2,"objective":"minimise latency","devices":3,
                "classes":[{"class":"x86_64/a/2t","devices":3,"examples":["cam-1"],"conditions":["ON_BATTERY"],"why":"nothing","candidates":[],
                "shortfall":{"limits":["p95","accuracy.floor"],"missing":"p95 and accuracy.floor contradict each other here",
                "remedy":"set p95 to 3 ms"}}]}]}""");
        Path file = Files.writeString(folder.resolve("deployment.yaml"), "model: fashion\n");

        CommandRun run = CommandRun.of(controller, "deployments", "explain", "-f", file.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out())
                .contains("line 2: minimise latency on all devices: 3 devices", "(ON_BATTERY)", "nothing fits")
                .contains("would do: set p95 to 3 ms", "2 devices are taken by no rule");
        assertThat(controller.last().json().path("yaml").asText()).contains("model: fashion");
    }

    @Test
    void saysTheFileBeforeTheLineOfAProblem(@TempDir Path folder) throws Exception {
        controller.on(
                "POST",
                "/deployments",
                400,
                FakeController.problem(400, "DEPLOYMENT_INVALID", "line 2, column 1: unknown key 'limit'", ""));
        Path file = Files.writeString(folder.resolve("deployment.yaml"), "model: fashion\nlimit: {}\n");

        CommandRun run = CommandRun.of(controller, "deployments", "apply", "-f", file.toString());

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("deployment.yaml line 2, column 1: unknown key 'limit'");
    }

    @Test
    void listsShowsAndCancelsJobs() {
        controller
                .on("GET", "/jobs", 200, "{\"items\":[" + Documents.job("FAILED", 0.2) + "]}")
                .on("GET", "/jobs/7", 200, Documents.job("FAILED", 0.2))
                .on("POST", "/jobs/7/cancel", 200, Documents.job("CANCELLED", 0.2));

        assertThat(CommandRun.of(controller, "jobs", "list").out()).contains("FAILED", "images are 27 wide");
        assertThat(CommandRun.of(controller, "jobs", "show", "7").exit()).isEqualTo(1);
        assertThat(CommandRun.of(controller, "jobs", "cancel", "7").out()).contains("CANCELLED");
    }

    private static List<String> names(byte[] zip) throws IOException {
        List<String> names = new ArrayList<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }
}
