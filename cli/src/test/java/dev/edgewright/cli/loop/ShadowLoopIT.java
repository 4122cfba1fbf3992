package dev.edgewright.cli.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.edgewright.compression.onnx.proto.ModelProto;
import dev.edgewright.compression.onnx.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real agent runs a new version beside the one that serves, on real requests, before a real controller lets it be switched to. */
class ShadowLoopIT {

    private static final String MODEL = "clothes";

    @TempDir
    Path folder;

    @Test
    void a_version_that_answers_otherwise_is_halted_before_it_serves_or_taken_back_and_one_that_agrees_goes_on()
            throws Exception {
        Path onnx = Path.of(System.getProperty("edgewright.root"), "examples/fashion-mnist/model.onnx");
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(onnx));
        var asking = new AtomicBoolean(true);
        try (WholeLoop loop = new WholeLoop(folder)) {
            loop.startController();
            loop.startAgent("cam-1");
            version(loop, "1", model);
            version(loop, "2-wrong", wrong(model));
            version(
                    loop,
                    "3-same",
                    model.toBuilder().setDocString("the same weights").build());
            await().atMost(WholeLoop.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> !loop.get("/api/v1/devices/cam-1")
                            .path("class")
                            .asText()
                            .isEmpty());
            assertThat(ended(loop, rollout(loop, "1", "")).path("state").asText())
                    .isEqualTo("SUCCEEDED");
            String serving =
                    loop.assignment("cam-1", MODEL).path("activeManifest").asText();

            var requests = new Thread(() -> ask(loop, asking), "requests");
            requests.start();
            String shadow = ",\"shadow\":{\"seconds\":5,\"sample\":1,\"minAgreement\":0.9,\"minRequests\":30}";
            JsonNode wrong = ended(loop, rollout(loop, "2-wrong", shadow));
            assertThat(wrong.path("state").asText()).isEqualTo("HALTED");
            assertThat(wrong.path("reason").asText())
                    .contains("answers on 1 devices were the same")
                    .contains("90.00 % are needed");
            assertThat(loop.assignment("cam-1", MODEL).path("activeManifest").asText())
                    .as("it never served")
                    .isEqualTo(serving);
            loop.post("/api/v1/rollouts/" + wrong.path("id").asText() + "/abort", "{}");

            JsonNode same = ended(loop, rollout(loop, "3-same", shadow));
            assertThat(same.path("state").asText())
                    .as(same.path("reason").asText())
                    .isEqualTo("SUCCEEDED");
            String verdict = "";
            for (JsonNode entry : same.path("history")) {
                verdict += entry.path("kind").asText().equals("shadow")
                        ? entry.path("words").asText()
                        : "";
            }
            assertThat(verdict).contains("(100.00 %)").contains("p95");
            assertThat(loop.assignment("cam-1", MODEL).path("activeManifest").asText())
                    .isNotEqualTo(serving);

            String agreed =
                    loop.assignment("cam-1", MODEL).path("activeManifest").asText();
            String gate =
                    ",\"soakSeconds\":600,\"gates\":{\"minAgreement\":0.9,\"liveSample\":1,\"onBreach\":\"REVERT\"}";
            JsonNode live = ended(loop, rollout(loop, "2-wrong", gate));
            assertThat(live.path("state").asText())
                    .as("without a stage before it, the first wave itself compares")
                    .isEqualTo("REVERTED");
            assertThat(live.path("history").toString())
                    .contains("live answers on 1 devices differ from those of the variant before");
            assertThat(loop.assignment("cam-1", MODEL).path("activeManifest").asText())
                    .isEqualTo(agreed);
            asking.set(false);
            requests.join();
        } finally {
            asking.set(false);
        }
    }

    private void version(WholeLoop loop, String version, ModelProto model) throws Exception {
        Path file = Files.write(folder.resolve(version + ".onnx"), model.toByteArray());
        loop.upload("/api/v1/models/" + MODEL + "?version=" + version + "&variants=none", file);
        loop.post("/api/v1/models/" + MODEL + "/variants", "{\"version\":\"" + version + "\",\"recipes\":[\"fp32\"]}");
        await().atMost(WholeLoop.PATIENCE).until(() -> {
            for (JsonNode variant :
                    loop.get("/api/v1/models/" + MODEL + "/variants").path("items")) {
                if (variant.path("version").asText().equals(version)) {
                    return true;
                }
            }
            return false;
        });
    }

    private static String rollout(WholeLoop loop, String version, String more) throws Exception {
        return loop.post(
                        "/api/v1/rollouts",
                        "{\"model\":\"" + MODEL + "\",\"version\":\"" + version
                                + "\",\"variant\":\"fp32\",\"watchSeconds\":0" + more + "}")
                .path("id")
                .asText();
    }

    private static JsonNode ended(WholeLoop loop, String id) {
        await().atMost(WholeLoop.PATIENCE).ignoreExceptions().until(() -> {
            String state = loop.get("/api/v1/rollouts/" + id).path("state").asText();
            return state.equals("SUCCEEDED") || state.equals("HALTED") || state.equals("REVERTED");
        });
        try {
            return loop.get("/api/v1/rollouts/" + id);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** One request after the other, of random images, with room in between as a camera leaves it. */
    private static void ask(WholeLoop loop, AtomicBoolean asking) {
        var random = new Random(3);
        while (asking.get()) {
            var pixels = new StringJoiner(",");
            for (int i = 0; i < 28 * 28; i++) {
                pixels.add(String.valueOf(random.nextInt(256) / 255.0));
            }
            try {
                loop.infer(
                        "cam-1",
                        MODEL,
                        "{\"inputs\":[{\"name\":\"" + "image"
                                + "\",\"shape\":[1,1,28,28],\"datatype\":\"FP32\",\"data\":[" + pixels + "]}]}");
                Thread.sleep(20);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    /** The same model with the largest floating weights negated: loads, runs, and answers otherwise. */
    private static ModelProto wrong(ModelProto model) {
        var changed = model.toBuilder();
        int largest = -1;
        for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
            TensorProto tensor = model.getGraph().getInitializer(i);
            boolean floating = tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE
                    && tensor.getRawData().size() > 0;
            if (floating
                    && (largest < 0
                            || tensor.getRawData().size()
                                    >= model.getGraph()
                                            .getInitializer(largest)
                                            .getRawData()
                                            .size())) {
                largest = i;
            }
        }
        TensorProto tensor = model.getGraph().getInitializer(largest);
        ByteBuffer raw = ByteBuffer.wrap(tensor.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < raw.limit(); i += Float.BYTES) {
            raw.putFloat(i, -raw.getFloat(i));
        }
        changed.getGraphBuilder()
                .setInitializer(largest, tensor.toBuilder().setRawData(ByteString.copyFrom(raw.array())));
        return changed.build();
    }
}
