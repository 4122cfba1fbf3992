package dev.edgewright.agent.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.edgewright.agent.AgentConfig;
import dev.edgewright.agent.AgentMain;
import dev.edgewright.agent.RunningAgent;
import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.LifecycleState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What an agent does over any link. Subclasses bring the link. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LinkScenarios {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final AtomicInteger DEVICES = new AtomicInteger();

    @TempDir
    Path folder;

    private final Catalog catalog = new Catalog();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Variant doubles = Models.scale(catalog, "fp32", 2, 400_000);
    private final Variant triples = Models.scale(catalog, "int8", 3, 400_000);
    private ControlPlane control;
    private RunningAgent agent;
    private String device;
    private long sequence;

    abstract ControlPlane control(Path folder);

    @BeforeAll
    void startControl(@TempDir Path shared) {
        control = control(shared);
        control.publish(doubles);
        control.publish(triples);
    }

    @AfterAll
    void stopControl() {
        if (control != null) {
            control.close();
        }
    }

    @BeforeEach
    void nameDevice() {
        device = "dev-" + DEVICES.incrementAndGet();
        sequence = 0;
        control.mend();
    }

    @AfterEach
    void stopAgent() {
        control.damage(frame -> frame);
        control.mend();
        if (agent != null) {
            agent.close();
        }
        assertThat(control.seen().refused).isEmpty();
    }

    @Test
    void aDeviceRegistersAndSaysGoodbye() {
        starts("--label", "site=hall-7");
        await().atMost(PATIENCE).until(() -> control.seen().hellos.containsKey(device));
        Hello hello = control.seen().hellos.get(device);
        assertThat(hello.getLabelsMap()).containsEntry("site", "hall-7");
        assertThat(hello.getFacts().getCores()).isPositive();
        await().atMost(PATIENCE).until(() -> control.seen().online(device));

        agent.close();
        await().atMost(PATIENCE).until(() -> !control.seen().online(device));
    }

    @Test
    void anAssignedModelIsFetchedProbedAndServed() throws Exception {
        starts();
        assign(doubles);
        AssignmentReport report = awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);

        assertThat(report.getActiveManifest()).isEqualTo(doubles.digest().toByteString());
        assertThat(report.getActiveVariant()).isEqualTo("fp32");
        assertThat(report.getProbe().getRuns()).isPositive();
        assertThat(infer()).contains("[2.0,4.0,6.0,8.0]");
    }

    @Test
    void aSwitchUnderLoadDropsNoRequest() throws Exception {
        starts();
        assign(doubles);
        awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);

        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong answered = new AtomicLong();
        List<String> wrong = new ArrayList<>();
        Thread load = new Thread(() -> {
            while (!stop.get()) {
                try {
                    String answer = infer();
                    answered.incrementAndGet();
                    boolean known = answer.contains("[2.0,4.0,6.0,8.0]") || answer.contains("[3.0,6.0,9.0,12.0]");
                    if (!known) {
                        wrong.add(answer);
                    }
                } catch (IOException | InterruptedException e) {
                    wrong.add(e.toString());
                }
            }
        });
        load.start();
        assign(triples);
        awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);
        stop.set(true);
        load.join();

        assertThat(wrong).isEmpty();
        assertThat(answered.get()).isPositive();
        assertThat(infer()).contains("[3.0,6.0,9.0,12.0]");
    }

    @Test
    void aVariantThatDisagreesLeavesTheOldOneServing() throws Exception {
        Variant liar = Models.scale(catalog, "broken", -5, 50_000, 5);
        control.publish(liar);
        starts();
        assign(doubles);
        awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);
        assign(liar);
        AssignmentReport report = awaitState(LifecycleState.LIFECYCLE_STATE_FAILED);

        assertThat(report.getError().getCode()).isEqualTo("PARITY");
        assertThat(infer()).contains("[2.0,4.0,6.0,8.0]");
    }

    @Test
    void aFetchGoesOnAfterTheConnectionWasCut() throws Exception {
        starts();
        await().atMost(PATIENCE).until(() -> control.seen().online(device));
        control.cut();
        assign(doubles);
        control.mend();
        awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);
        assertThat(infer()).contains("[2.0,4.0,6.0,8.0]");
    }

    @Test
    void anAgentThatRestartsInTheMiddleOfAFetchOnlyAsksForTheRest() {
        Variant large = Models.scale(catalog, "large", 7, 1_500_000);
        control.publish(large);
        AtomicLong passed = new AtomicLong();
        // All but the first eight chunks get lost for the time being.
        control.damage(frame -> passed.incrementAndGet() <= 8 ? frame : new byte[0]);
        starts();
        assign(large);
        await().atMost(PATIENCE)
                .until(() -> control.seen()
                        .report(device, "scale")
                        .filter(r -> r.getBytesDone() > 100_000)
                        .isPresent());
        agent.close();
        // What the first run had asked for may still be on its way out.
        AtomicLong sent = new AtomicLong(-1);
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> sent.getAndSet(control.chunksSent().size()) == sent.get());
        int before = control.chunksSent().size();
        control.damage(frame -> frame);
        starts();
        awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);

        // This control plane answers every want at once, so a chunk goes out again when the device asks again.
        List<String> after = control.chunksSent();
        assertThat(Set.copyOf(after.subList(before, after.size()))).hasSizeLessThan(large.chunks());
    }

    @Test
    void afterARestartTheDeviceServesBeforeItIsConnected() throws Exception {
        starts();
        assign(doubles);
        awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);
        agent.close();
        control.cut();
        starts();

        assertThat(infer()).contains("[2.0,4.0,6.0,8.0]");
    }

    @Test
    void aChunkWithAFlippedBitIsAskedForAgain() {
        AtomicLong n = new AtomicLong();
        control.damage(frame -> n.incrementAndGet() == 3 ? flipped(frame) : frame);
        starts();
        assign(doubles);
        awaitState(LifecycleState.LIFECYCLE_STATE_COMMITTED);
    }

    @Test
    void aDesiredStateForAnotherDeviceIsRefusedAndReported() {
        starts();
        control.desire(device, catalog.desired("someone-else", 9, catalog.assign(doubles, 9)));
        await().atMost(PATIENCE)
                .until(() -> control.seen().reports.containsKey(device)
                        && control.seen().reports.get(device).getRejected() > 0);

        assertThat(control.seen().reports.get(device).getLastRejection()).contains("WRONG_DEVICE");
        assertThat(control.seen().reports.get(device).getAssignmentsList()).isEmpty();
    }

    private void starts(String... more) {
        List<String> options = new ArrayList<>(control.agentOptions(device));
        options.addAll(List.of(
                "--id",
                device,
                "--data",
                folder.resolve(device).toString(),
                "--trust",
                catalog.trust(folder.resolve("trust")).toString(),
                "--serve",
                "127.0.0.1:0",
                "--threads",
                "1",
                "--probe",
                "none"));
        options.addAll(List.of(more));
        agent = AgentMain.start(AgentConfig.parse(options, Map.of()));
    }

    private void assign(Variant variant) {
        sequence++;
        Assignment assignment = catalog.assign(variant, sequence);
        control.desire(device, catalog.desired(device, sequence, assignment));
    }

    private AssignmentReport awaitState(LifecycleState state) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> control.seen()
                        .report(device, "scale")
                        .filter(r -> r.getSequence() == sequence && r.getState() == state)
                        .isPresent());
        return control.seen().report(device, "scale").orElseThrow();
    }

    private String infer() throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + agent.servePort() + "/v2/models/scale/infer");
        String body = """
                {"inputs":[{"name":"x","datatype":"FP32","shape":[1,4],"data":[1,2,3,4]}]}""";
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return response.body().replace(" ", "");
    }

    private static byte[] flipped(byte[] frame) {
        byte[] changed = frame.clone();
        changed[changed.length / 2] ^= 1;
        return changed;
    }
}
