package dev.edgewright.cli.chaos;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.Signed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Reads what the controller tells devices and what devices say, beside both. Counts what was done twice: two assignments of one rollout to
 * one device with the same meaning, and a switch of one device to one assignment that happened twice. Also says again what was said before.
 */
final class Witness implements AutoCloseable {

    private static final String DEVICES = "edgewright/v1/devices/";
    private static final int REMEMBERED = 500;

    private final Mqtt5AsyncClient client;
    /** By device, rollout and meaning: the sequences that were given out. */
    private final Map<String, TreeSet<Long>> told = new HashMap<>();
    /** By device and sequence of an assignment: when its switch was made, in the order of what the device says. */
    private final Map<String, TreeSet<Long>> switched = new HashMap<>();

    private final Map<String, AssignmentReport> last = new HashMap<>();
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, String> boots = new HashMap<>();
    private final List<Mqtt5Publish> heard = new ArrayList<>();
    private final List<String> trouble = new ArrayList<>();

    Witness(int port) {
        client = Mqtt5Client.builder()
                .identifier("witness")
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(200, TimeUnit.MILLISECONDS)
                .maxDelay(1, TimeUnit.SECONDS)
                .applyAutomaticReconnect()
                .addConnectedListener(context -> subscribe())
                .buildAsync();
        client.publishes(com.hivemq.client.mqtt.MqttGlobalPublishFilter.ALL, this::heard);
        client.connectWith().cleanStart(false).sessionExpiryInterval(3600).send();
    }

    private void subscribe() {
        for (String leaf : List.of("desired", "reported", "telemetry", "hello")) {
            client.subscribeWith()
                    .topicFilter(DEVICES + "+/" + leaf)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .send();
        }
    }

    private synchronized void heard(Mqtt5Publish message) {
        String[] parts = message.getTopic().toString().split("/");
        String device = parts[3];
        try {
            switch (parts[4]) {
                case "desired" ->
                    told(
                            device,
                            DesiredState.parseFrom(Signed.parseFrom(message.getPayloadAsBytes())
                                    .getPayload()));
                case "reported" -> said(device, Reported.parseFrom(message.getPayloadAsBytes()));
                default -> {}
            }
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            trouble.add(device + " sent what is no " + parts[4]);
        }
        if (!parts[4].equals("desired")) {
            heard.add(message);
            if (heard.size() > REMEMBERED) {
                heard.remove(0);
            }
        }
    }

    private void told(String device, DesiredState state) {
        for (Assignment a : state.getAssignmentsList()) {
            String meaning = device + " " + a.getRolloutId() + (a.getRevert() ? " back" : " forth");
            TreeSet<Long> sequences = told.computeIfAbsent(meaning, k -> new TreeSet<>());
            if (sequences.add(a.getSequence()) && sequences.size() > 1) {
                trouble.add("told twice: " + meaning + " " + sequences);
            }
        }
    }

    /** Only what is newer than all heard of a boot counts: what comes late or again is what this test itself does. */
    private void said(String device, Reported reported) {
        String boot = device + " " + reported.getBootId().hashCode();
        if (!boot.equals(boots.put(device, boot))) {
            // A network brings a message again within a session; it does not bring back those of a process that is
            // gone.
            heard.removeIf(m -> m.getTopic().toString().startsWith(DEVICES + device + "/"));
        }
        if (newest.merge(boot, reported.getSequence(), Math::max) != reported.getSequence()) {
            return;
        }
        for (AssignmentReport report : reported.getAssignmentsList()) {
            String key = device + " " + report.getModel();
            AssignmentReport before = last.put(key, report);
            boolean watches = report.getState() == LifecycleState.LIFECYCLE_STATE_WATCHING;
            boolean did = before != null
                    && before.getSequence() == report.getSequence()
                    && (before.getState() == LifecycleState.LIFECYCLE_STATE_WATCHING
                            || before.getState() == LifecycleState.LIFECYCLE_STATE_COMMITTED);
            if (watches && !did) {
                TreeSet<Long> times = switched.computeIfAbsent(
                        device + " " + report.getModel() + " " + report.getSequence(), k -> new TreeSet<>());
                if (times.add(reported.getSequence()) && times.size() > 1) {
                    trouble.add("switched twice: " + key + " assignment " + report.getSequence());
                }
            }
        }
    }

    /** Publishes some of what devices said before once more, in another order, not retained. */
    synchronized void repeat(Random random, int messages) {
        for (int i = 0; i < messages && !heard.isEmpty(); i++) {
            Mqtt5Publish message = heard.get(random.nextInt(heard.size()));
            client.publishWith()
                    .topic(message.getTopic())
                    .payload(message.getPayloadAsBytes())
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retain(false)
                    .send();
        }
    }

    synchronized List<String> trouble() {
        return List.copyOf(trouble);
    }

    synchronized int switches() {
        return switched.size();
    }

    @Override
    public void close() {
        client.disconnect();
    }
}
