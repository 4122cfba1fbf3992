package dev.edgewright.cli.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second real model, not an image and 90 MB large, through the whole loop. */
class MiniLmLoopIT {

    private static final String MODEL = "minilm";
    private static final String DEVICE = "gateway-1";
    private static final String[] INPUTS = {"input_ids", "attention_mask", "token_type_ids"};

    /** Token ids as the model's vocabulary gives them for two short sentences. */
    private static final long[][] SENTENCES = {
        {101, 7592, 2088, 102}, {101, 1996, 4937, 2938, 2006, 1996, 13523, 1012, 102}
    };

    @TempDir
    Path folder;

    @Test
    void ninety_megabytes_killed_halfway_go_on_where_they_were_and_give_the_same_embeddings() throws Exception {
        Path onnx = folder.resolve("minilm.onnx");
        try (InputStream in = getClass().getResourceAsStream("/all-minilm-l6-v2.onnx")) {
            Files.copy(in, onnx);
        }
        long size = Files.size(onnx);
        try (WholeLoop loop = new WholeLoop(folder)) {
            loop.startController();
            loop.upload("/api/v1/models/" + MODEL + "?version=1&variants=none", onnx);
            loop.post("/api/v1/models/" + MODEL + "/variants", "{\"recipes\":[\"fp32\"]}");
            loop.startAgent(DEVICE);
            loop.awaitOnline(DEVICE);
            await().atMost(WholeLoop.PATIENCE)
                    .until(() -> !loop.get("/api/v1/models/" + MODEL + "/variants")
                            .path("items")
                            .isEmpty());
            loop.post(
                    "/api/v1/rollouts",
                    "{\"model\":\"minilm\",\"variant\":\"fp32\",\"waves\":[{\"percent\":100}],\"watchSeconds\":1}");
            await().atMost(WholeLoop.PATIENCE)
                    .pollInterval(java.time.Duration.ofMillis(50))
                    .until(() ->
                            loop.assignment(DEVICE, MODEL).path("bytesDone").asLong() > size / 3);
            loop.killAgent(DEVICE);
            JsonNode killed = loop.assignment(DEVICE, MODEL);
            assertThat(killed.path("state").asText())
                    .as("killed while fetching")
                    .isEqualTo("FETCHING");

            loop.startAgent(DEVICE);
            await().atMost(WholeLoop.PATIENCE)
                    .until(() -> loop.assignment(DEVICE, MODEL)
                            .path("state")
                            .asText()
                            .equals("COMMITTED"));

            // Chunks are published compressed, so a second whole transfer would show as nearly twice the first.
            assertThat(loop.metric("edgewright_transfer_published_bytes_total"))
                    .as("what had arrived before the kill is not sent again")
                    .isLessThan(1.3 * size);
            for (long[] sentence : SENTENCES) {
                assertThat(served(loop, sentence)).containsExactly(direct(onnx, sentence), offset());
            }
        }
    }

    private static org.assertj.core.data.Offset<Float> offset() {
        return org.assertj.core.data.Offset.offset(1e-4f);
    }

    private static float[] served(WholeLoop loop, long[] sentence) throws Exception {
        StringBuilder request = new StringBuilder("{\"inputs\":[");
        for (int i = 0; i < INPUTS.length; i++) {
            request.append(i == 0 ? "" : ",")
                    .append("{\"name\":\"")
                    .append(INPUTS[i])
                    .append("\",\"datatype\":\"INT64\",\"shape\":[1,")
                    .append(sentence.length)
                    .append("],\"data\":")
                    .append(Arrays.toString(values(i, sentence)))
                    .append("}");
        }
        JsonNode data = loop.infer(DEVICE, MODEL, request.append("]}").toString())
                .path("outputs")
                .get(0)
                .path("data");
        float[] values = new float[data.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) data.get(i).asDouble();
        }
        return values;
    }

    private static float[] direct(Path onnx, long[] sentence) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        try (OrtSession session = environment.createSession(onnx.toString())) {
            for (int i = 0; i < INPUTS.length; i++) {
                feeds.put(INPUTS[i], OnnxTensor.createTensor(environment, new long[][] {values(i, sentence)}));
            }
            try (OrtSession.Result result = session.run(feeds)) {
                float[] values =
                        new float[((OnnxTensor) result.get(0)).getFloatBuffer().remaining()];
                ((OnnxTensor) result.get(0)).getFloatBuffer().get(values);
                return values;
            }
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
    }

    private static long[] values(int input, long[] sentence) {
        long[] values = new long[sentence.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = input == 0 ? sentence[i] : input == 1 ? 1 : 0;
        }
        return values;
    }
}
