package dev.edgewright.cli.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The controller ends at a random moment of a rollout, again and again; every rollout still converges. */
class ControllerKillsIT {

    private static final String MODEL = "clothes";
    private static final List<String> DEVICES = List.of("cam-1", "cam-2");

    @TempDir
    Path folder;

    @Test
    void two_kills() throws Exception {
        kills(2);
    }

    /** {@code mvn -pl cli -am verify -Dit.test='ControllerKillsIT#many_kills' -Dsurefire.excludedGroups= -Dedgewright.kills=50}. */
    @Test
    @Tag("slow")
    void many_kills() throws Exception {
        kills(Integer.getInteger("edgewright.kills", 50));
    }

    private void kills(int count) throws Exception {
        Random random = new Random(7);
        Path onnx = Path.of(System.getProperty("edgewright.root"), "examples/fashion-mnist/model.onnx");
        int notConverged = 0;
        try (WholeLoop loop = new WholeLoop(folder)) {
            loop.startController();
            // Two versions whose only difference is the name: a switch each time.
            for (String version : List.of("1", "2")) {
                loop.upload("/api/v1/models/" + MODEL + version + "?version=1&variants=none", onnx);
                loop.post("/api/v1/models/" + MODEL + version + "/variants", "{\"recipes\":[\"fp32\"]}");
            }
            for (String device : DEVICES) {
                loop.startAgent(device);
                loop.awaitOnline(device);
            }
            for (String version : List.of("1", "2")) {
                await().atMost(WholeLoop.PATIENCE)
                        .until(() -> !loop.get("/api/v1/models/" + MODEL + version + "/variants")
                                .path("items")
                                .isEmpty());
            }
            for (int kill = 0; kill < count; kill++) {
                String model = MODEL + (1 + kill % 2);
                String id = loop.post(
                                "/api/v1/rollouts",
                                "{\"model\":\"" + model
                                        + "\",\"variant\":\"fp32\",\"waves\":[{\"count\":1},{\"percent\":100}],\"watchSeconds\":1}")
                        .path("id")
                        .asText();
                Thread.sleep(random.nextInt(3000)); // the random moment is what is tested
                loop.killController();
                loop.startController();
                try {
                    await().atMost(WholeLoop.PATIENCE)
                            .ignoreExceptions()
                            .until(() -> loop.get("/api/v1/rollouts/" + id)
                                    .path("state")
                                    .asText()
                                    .equals("SUCCEEDED"));
                } catch (org.awaitility.core.ConditionTimeoutException e) {
                    notConverged++;
                    System.out.println("after kill " + kill + ": " + loop.get("/api/v1/rollouts/" + id));
                }
                for (String device : DEVICES) {
                    assertThat(loop.assignment(device, model).path("state").asText())
                            .as(device + " after kill " + kill)
                            .isEqualTo("COMMITTED");
                }
            }
        }
        System.out.println(count + " kills of the controller: " + notConverged + " rollouts did not converge");
        assertThat(notConverged).isZero();
    }
}
