package dev.edgewright.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.edgewright.agent.graphs.TestModels;
import dev.edgewright.compression.onnx.proto.TensorProto.DataType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenInferenceProtocolTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static ServedModels served;

    @BeforeAll
    static void start() {
        served = new ServedModels(folder)
                .with("scale", "int8-static", TestModels.scale(2))
                .with("two", "fp32", TestModels.twoInputs())
                .with("broken", "fp32", TestModels.notFinite())
                .with("fails", "fp32", TestModels.failsAtRun())
                .withIdentity(DataType.BOOL, "bool")
                .withIdentity(DataType.INT8, "int8")
                .withIdentity(DataType.INT16, "int16")
                .withIdentity(DataType.INT32, "int32")
                .withIdentity(DataType.INT64, "int64")
                .withIdentity(DataType.UINT8, "uint8")
                .withIdentity(DataType.UINT16, "uint16")
                .withIdentity(DataType.UINT32, "uint32")
                .withIdentity(DataType.UINT64, "uint64")
                .withIdentity(DataType.FLOAT16, "fp16")
                .withIdentity(DataType.DOUBLE, "fp64")
                .withIdentity(DataType.STRING, "bytes");
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    @Test
    void theServerIsLiveAndReadyAndDescribesItself() throws IOException {
        assertThat(json(served.get("/v2/health/live"), 200).get("live").asBoolean())
                .isTrue();
        assertThat(json(served.get("/v2/health/ready"), 200).get("ready").asBoolean())
                .isTrue();

        JsonNode metadata = json(served.get("/v2"), 200);
        assertThat(metadata.get("name").asText()).isEqualTo("edgewright-agent");
        assertThat(metadata.get("extensions")).hasToString("[\"binary_tensor_data\"]");
    }

    @ParameterizedTest
    @CsvSource({"/v2/models/scale", "/v2/models/scale/versions/3", "/v2/models/scale/versions/3-int8-static"})
    void aModelDescribesItsTensorsUnderEachOfItsVersions(String path) throws IOException {
        JsonNode metadata = json(served.get(path), 200);

        assertThat(metadata.get("versions")).hasToString("[\"3-int8-static\"]");
        assertThat(metadata.get("inputs")).hasToString("[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,4]}]");
        assertThat(json(served.get(path + "/ready"), 200).get("ready").asBoolean())
                .isTrue();
    }

    @Test
    void aModelOrVersionThatIsNotServedIs404() throws IOException {
        assertThat(error(served.get("/v2/models/nope"), 404)).contains("nope").contains("scale");
        assertThat(error(served.get("/v2/models/nope/ready"), 404)).contains("nope");
        assertThat(error(served.get("/v2/models/scale/versions/9"), 404)).contains("3-int8-static");
        assertThat(error(served.post("/v2/models/scale/versions/9/infer", "{}"), 404))
                .contains("9");
        assertThat(error(served.get("/v2/models/%2e%2e%2fetc"), 404)).contains("no model");
        assertThat(error(served.get("/v3"), 404)).contains("/v3");
        assertThat(error(served.get("/v2/nothing"), 404)).contains("/v2/nothing");
    }

    @Test
    void jsonInJsonOutNamesTheVariant() throws IOException {
        JsonNode answer = json(served.post("/v2/models/scale/infer", """
                        {"id": "42", "inputs": [{"name": "x", "shape": [2, 4], "datatype": "FP32",
                          "data": [1, 2, 3, 4.5, -1, 0, 1e-3, 8]}]}"""), 200);

        assertThat(answer.get("model_name").asText()).isEqualTo("scale");
        assertThat(answer.get("model_version").asText()).isEqualTo("3-int8-static");
        assertThat(answer.get("id").asText()).isEqualTo("42");
        assertThat(answer.at("/parameters/edgewright_variant").asText()).isEqualTo("int8-static");
        assertThat(answer.at("/parameters/edgewright_manifest").asText()).hasSize(64);
        assertThat(answer.get("outputs"))
                .hasToString("[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[2,4],"
                        + "\"data\":[2.0,4.0,6.0,9.0,-2.0,0.0,0.002,16.0]}]");
    }

    @Test
    void nestedDataAndFieldsInAnyOrderAreRead() throws IOException {
        JsonNode answer = json(served.post("/v2/models/scale/infer", """
                        {"inputs": [{"data": [[1, 2, 3, 4], [5, 6, 7, 8]], "datatype": "FP32", "name": "x", "shape": [2, 4]}]}"""), 200);

        assertThat(answer.at("/outputs/0/data")).hasToString("[2.0,4.0,6.0,8.0,10.0,12.0,14.0,16.0]");
    }

    @Test
    void onlyTheOutputsAskedForComeInTheirOrder() throws IOException {
        String inputs = "\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[3,4]},"
                + "{\"name\":\"z\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[5,6]}]";

        JsonNode one =
                json(served.post("/v2/models/two/infer", "{" + inputs + ",\"outputs\":[{\"name\":\"product\"}]}"), 200);
        assertThat(one.get("outputs")).hasSize(1);
        assertThat(one.at("/outputs/0/data")).hasToString("[15.0,24.0]");

        JsonNode both = json(
                served.post(
                        "/v2/models/two/infer",
                        "{" + inputs + ",\"outputs\":[{\"name\":\"product\"},{\"name\":\"sum\"}]}"),
                200);
        assertThat(both.at("/outputs/0/name").asText()).isEqualTo("product");
        assertThat(both.at("/outputs/1/data")).hasToString("[8.0,10.0]");
    }

    @Test
    void binaryInAndOutByTheExtension() throws IOException {
        String head = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\","
                + "\"parameters\":{\"binary_data_size\":16}}],"
                + "\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":true}}]}";
        HttpResponse<byte[]> response = served.post(
                "/v2/models/scale/infer",
                concat(head, floats(1, 2, 3, 4)),
                "Inference-Header-Content-Length",
                Integer.toString(head.length()),
                "Content-Type",
                "application/octet-stream");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/octet-stream");
        int json = Integer.parseInt(
                response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
        JsonNode answer = JSON.readTree(response.body(), 0, json);
        assertThat(answer.at("/outputs/0/parameters/binary_data_size").asInt()).isEqualTo(16);
        assertThat(answer.at("/outputs/0/data").isMissingNode()).isTrue();
        assertThat(Arrays.copyOfRange(response.body(), json, response.body().length))
                .isEqualTo(floats(2, 4, 6, 8));
    }

    @Test
    void twoBinaryInputsAndBinaryByDefault() throws IOException {
        String head = "{\"parameters\":{\"binary_data_output\":true},\"inputs\":["
                + "{\"name\":\"x\",\"shape\":[2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8}},"
                + "{\"name\":\"z\",\"shape\":[2],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":8}}]}";
        HttpResponse<byte[]> response = served.post(
                "/v2/models/two/infer",
                concat(head, floats(3, 4, 5, 6)),
                "Inference-Header-Content-Length",
                Integer.toString(head.length()));

        byte[] body = response.body();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(Arrays.copyOfRange(body, body.length - 16, body.length)).isEqualTo(floats(8, 10, 15, 24));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bool|BOOL|[true,false,true]",
                "int8|INT8|[-128,0,127]",
                "int16|INT16|[-32768,0,32767]",
                "int32|INT32|[-2147483648,0,2147483647]",
                "int64|INT64|[-9223372036854775808,0,9223372036854775807]",
                "uint8|UINT8|[0,128,255]",
                "uint16|UINT16|[0,32768,65535]",
                "uint32|UINT32|[0,2147483648,4294967295]",
                "uint64|UINT64|[0,9223372036854775808,18446744073709551615]",
                "fp16|FP16|[0.5,-65504.0,2.0]",
                "fp64|FP64|[0.1,-1.0E300,3.0]",
                "bytes|BYTES|[\"\",\"grüße\",\"x\"]",
            })
    void everyDatatypeGoesThroughUnchanged(String model, String datatype, String data) throws IOException {
        JsonNode answer = json(
                served.post(
                        "/v2/models/" + model + "/infer",
                        "{\"inputs\":[{\"name\":\"x\",\"shape\":[3],\"datatype\":\"" + datatype + "\",\"data\":" + data
                                + "}]}"),
                200);

        assertThat(answer.at("/outputs/0/datatype").asText()).isEqualTo(datatype);
        assertThat(answer.at("/outputs/0/data")).hasToString(data);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not json|not valid JSON at byte",
                "[]|must be a JSON object",
                "{}|no \"inputs\"",
                "{\"inputs\":{}}|\"inputs\" must be an array",
                "{\"inputs\":[3]}|must be an object",
                "{\"inputs\":[]}|input \"x\" is missing; the model takes x FP32[-1,4]",
                "{\"inputs\":[{\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}|no \"name\"",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"data\":[1,2,3,4]}]}|no \"datatype\"",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}|no \"shape\"",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\"}]}|neither \"data\" nor",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP99\",\"data\":[1]}]}|unknown datatype \"FP99\"",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,-4],\"datatype\":\"FP32\",\"data\":[1]}]}|dimensions of 0 or more",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3]}]}|3 elements, expected 4",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4,5]}]}|more than the 4",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,\"3\",4]}]}|element 2 must be a number",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,1e39,4]}]}|element 2 is out of range",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,4],\"datatype\":\"FP32\",\"data\":[[1,2,3,4],[5,6,7]]}]}|3 elements, expected 4",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[2,4],\"datatype\":\"FP32\",\"data\":[[1,2,3,4]]}]}|1 entries, expected 2",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[1,2,3]}]}|has shape [1, 3], expected FP32[-1,4]",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"INT32\",\"data\":[1,2,3,4]}]}|has datatype INT32, expected FP32[-1,4]",
                "{\"inputs\":[{\"name\":\"q\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}|input \"x\" is missing",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[999999,999999],\"datatype\":\"FP32\",\"data\":[1]}]}|more than the request can hold",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[9999999999,9999999999],\"datatype\":\"FP32\",\"data\":[1]}]}|too large",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}],\"outputs\":[{\"name\":\"q\"}]}|no output is named \"q\"",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":15}}]}|binary_data_size is 15",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":16}}]}|announces 16 bytes",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":-1}}]}|number of bytes",
                "{\"inputs\":[{\"name\":\"x\",\"name\":\"x\"}]}|Duplicate field 'name'",
            })
    void badInputIs400AndSaysWhat(String body, String message) throws IOException {
        assertThat(error(served.post("/v2/models/scale/infer", body), 400)).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int8|INT8|128",
                "uint8|UINT8|-1",
                "uint64|UINT64|18446744073709551616",
                "int64|INT64|1.5",
                "fp16|FP16|65520",
                "bool|BOOL|2",
                "bytes|BYTES|7"
            })
    void anElementThatDoesNotFitItsDatatypeIs400(String model, String datatype, String element) throws IOException {
        String body = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"" + datatype + "\",\"data\":["
                + element + "]}]}";

        assertThat(error(served.post("/v2/models/" + model + "/infer", body), 400))
                .contains("input \"x\"")
                .contains("element 0");
    }

    @Test
    void binaryDataThatNoInputAnnouncesIs400() throws IOException {
        String head = "{\"inputs\":[]}";

        assertThat(error(
                        served.post(
                                "/v2/models/scale/infer",
                                concat(head, new byte[4]),
                                "Inference-Header-Content-Length",
                                Integer.toString(head.length())),
                        400))
                .contains("4 bytes of binary data are announced by no input");
    }

    @ParameterizedTest
    @CsvSource({"-1", "99999", "abc", "99999999999"})
    void aWrongHeaderLengthIs400(String length) throws IOException {
        assertThat(error(
                        served.post("/v2/models/scale/infer", new byte[8], "Inference-Header-Content-Length", length),
                        400))
                .contains("Inference-Header-Content-Length");
    }

    @Test
    void bytesThatEndEarlyOrAreNotUtf8Are400() throws IOException {
        String head =
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":5}}]}";
        String length = Integer.toString(head.length());

        assertThat(error(
                        served.post(
                                "/v2/models/bytes/infer",
                                concat(head, new byte[] {9, 0, 0, 0, 65}),
                                "Inference-Header-Content-Length",
                                length),
                        400))
                .contains("ends beyond its data");
        assertThat(error(
                        served.post(
                                "/v2/models/bytes/infer",
                                concat(head, new byte[] {1, 0, 0, 0, (byte) 0xff}),
                                "Inference-Header-Content-Length",
                                length),
                        400))
                .contains("not UTF-8");
    }

    @Test
    void aModelThatFailsIs500AndTheServerGoesOn() throws IOException {
        String body = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}";

        assertThat(error(served.post("/v2/models/fails/infer", body), 500)).contains("ONNX Runtime failed in fails 3");
        assertThat(error(served.post("/v2/models/broken/infer", body), 500)).contains("binary_data");
        json(served.post("/v2/models/scale/infer", body), 200);
    }

    @Test
    void anotherMethodIs405WithTheRightOne() throws IOException {
        HttpResponse<byte[]> get = served.get("/v2/models/scale/infer");

        assertThat(error(get, 405)).contains("POST only");
        assertThat(get.headers().firstValue("allow")).contains("POST");
        assertThat(error(served.post("/v2/health/live", ""), 405)).contains("GET only");
    }

    @Test
    void theMetricsPageIsBesideIt() {
        assertThat(ServedModels.text(served.get("/metrics"))).isEqualTo("up 1\n");
    }

    private static JsonNode json(HttpResponse<byte[]> response, int status) throws IOException {
        assertThat(response.statusCode()).as(ServedModels.text(response)).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        return JSON.readTree(response.body());
    }

    private static String error(HttpResponse<byte[]> response, int status) throws IOException {
        JsonNode body = json(response, status);
        assertThat(body.fieldNames()).toIterable().containsExactly("error");
        return body.get("error").asText();
    }

    private static byte[] floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return data.array();
    }

    private static byte[] concat(String head, byte[] tail) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(head.getBytes(StandardCharsets.UTF_8));
        out.writeBytes(tail);
        return out.toByteArray();
    }
}
