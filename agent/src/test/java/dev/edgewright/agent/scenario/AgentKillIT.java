package dev.edgewright.agent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.agent.fakes.Catalog;
import dev.edgewright.agent.fakes.Variant;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.LifecycleState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real agent process, killed at random moments of updates over a real broker. */
class AgentKillIT {

    private static final String DEVICE = "cam-1";
    /** About as long as an update takes in a process that is warm; shorter than in one that has just begun. */
    private static final long LONGEST_PAUSE_MS = 1_000;

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Set<LifecycleState> ENDS = EnumSet.of(
            LifecycleState.LIFECYCLE_STATE_COMMITTED,
            LifecycleState.LIFECYCLE_STATE_FAILED,
            LifecycleState.LIFECYCLE_STATE_ROLLED_BACK);

    @TempDir
    Path folder;

    private final Catalog catalog = new Catalog();
    private final Variant doubles = Models.scale(catalog, "fp32", 2, 2_000_000);
    private final Variant triples = Models.scale(catalog, "int8", 3, 2_000_000);
    private final Map<String, Integer> killedIn = new TreeMap<>();
    private final List<String> withoutModel = new ArrayList<>();
    private final List<String> notConverged = new ArrayList<>();
    private ControlPlane control;
    private AgentProcess agent;
    private long sequence;
    private int rolledBack;

    @BeforeEach
    void start() {
        control = new MqttControlPlane(
                MosquittoBroker.installed() ? new MosquittoBroker(folder) : new EmbeddedBroker(folder));
        control.publish(doubles);
        control.publish(triples);
        List<String> options = new ArrayList<>(control.agentOptions(DEVICE));
        options.addAll(List.of("--id", DEVICE, "--serve", "127.0.0.1:0", "--threads", "1", "--probe", "none"));
        options.addAll(List.of("--data", folder.resolve("data").toString()));
        options.addAll(List.of("--trust", catalog.trust(folder.resolve("trust")).toString()));
        agent = new AgentProcess(folder.resolve("data"), folder.resolve("agent.log"), options);
    }

    @AfterEach
    void stop() {
        agent.kill();
        control.close();
    }

    @Test
    void afterAFewKillsTheDeviceServesAndConverges() {
        killed(Integer.getInteger("edgewright.few.kills", 4));
    }

    @Test
    @Tag("slow")
    void afterHundredsOfKillsTheDeviceServesAndConverges() {
        killed(Integer.getInteger("edgewright.kills", 300));
    }

    @Test
    void sigtermEndsItCleanly() {
        agent.start();
        agent.awaitServing(PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> control.seen().online(DEVICE));

        assertThat(agent.terminate()).isEqualTo(143);
        Awaitility.await().atMost(PATIENCE).until(() -> !control.seen().online(DEVICE));
        assertThat(folder.resolve("data").resolve("serve.port")).doesNotExist();
    }

    private void killed(int kills) {
        Random random = new Random(Long.getLong("edgewright.seed", 7));
        agent.start();
        agent.awaitServing(PATIENCE);
        long begun = System.nanoTime();
        assign(doubles);
        assertThat(converges()).isTrue();
        long updateMs = (System.nanoTime() - begun) / 1_000_000;

        int done = 0;
        for (int round = 0; done < kills; round++) {
            assign(round % 2 == 0 ? triples : doubles);
            int inARow = 1 + random.nextInt(2);
            for (int k = 0; k < inARow && done < kills; k++, done++) {
                pause(random.nextLong(LONGEST_PAUSE_MS));
                killedIn.merge(lastState(), 1, Integer::sum);
                agent.kill();
                agent.start();
                agent.awaitServing(PATIENCE);
                requireModel("kill " + done);
            }
            if (!converges()) {
                notConverged.add("round " + round + ": " + control.seen().report(DEVICE, "scale"));
            }
            requireModel("round " + round);
        }
        System.out.println("agent kills: " + done + ", no valid model served after restart: " + withoutModel.size()
                + ", updates that did not converge: " + notConverged.size() + ", ended in CRASH_LOOP: " + rolledBack
                + ", last reported state when killed: " + killedIn + ", the first update took " + updateMs + " ms");
        assertThat(withoutModel).isEmpty();
        assertThat(notConverged).isEmpty();
    }

    private void assign(Variant variant) {
        sequence++;
        control.desire(DEVICE, catalog.desired(DEVICE, sequence, catalog.assign(variant, sequence)));
    }

    private void requireModel(String when) {
        String answer = agent.infer("scale");
        if (!answer.contains("[2.0,4.0,6.0,8.0]") && !answer.contains("[3.0,6.0,9.0,12.0]")) {
            withoutModel.add(when + ": " + answer);
        }
    }

    /** The newest assignment came to an end, and what then answers is what the report says. */
    private boolean converges() {
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(this::ended);
        } catch (ConditionTimeoutException e) {
            return false;
        }
        AssignmentReport report = control.seen().report(DEVICE, "scale").orElseThrow();
        if (report.getState() != LifecycleState.LIFECYCLE_STATE_COMMITTED) {
            rolledBack++;
            return report.getError().getCode().equals("CRASH_LOOP");
        }
        boolean two = report.getActiveManifest().equals(doubles.digest().toByteString());
        return agent.infer("scale").contains(two ? "[2.0,4.0,6.0,8.0]" : "[3.0,6.0,9.0,12.0]");
    }

    private boolean ended() {
        return control.seen()
                .report(DEVICE, "scale")
                .filter(r -> r.getSequence() == sequence && ENDS.contains(r.getState()))
                .isPresent();
    }

    private String lastState() {
        return control.seen()
                .report(DEVICE, "scale")
                .filter(r -> r.getSequence() == sequence)
                .map(r -> r.getState().name().replace("LIFECYCLE_STATE_", ""))
                .orElse("not yet offered");
    }

    /** The moment of the kill is the input of this test, so time itself is waited for here. */
    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
