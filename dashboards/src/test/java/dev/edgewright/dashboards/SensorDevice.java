package dev.edgewright.dashboards;

import com.google.protobuf.MessageLite;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.telemetry.LatencySketch;
import java.security.SecureRandom;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;

/** A device with a RAPL sensor, which the machine that runs the tests seldom has: it only says hello and publishes telemetry. */
final class SensorDevice implements AutoCloseable {
    private static final DeviceId ID = DeviceId.of("sensor-rig");

    private final MqttClient client;
    private final BootId boot = BootId.random(new SecureRandom());
    private final String model;
    private long sequence;

    SensorDevice(String broker, String model) throws MqttException {
        this.model = model;
        client = new MqttClient(broker, "edgewright-" + ID.value(), new MemoryPersistence());
        client.connect();
        publish(
                Topics.presence(ID),
                Presence.newBuilder()
                        .setBootId(boot.toByteString())
                        .setOnline(true)
                        .build());
        publish(
                Topics.hello(ID),
                Hello.newBuilder()
                        .setDeviceId(ID.value())
                        .setBootId(boot.toByteString())
                        .setSequence(1)
                        .setFacts(DeviceFacts.newBuilder()
                                .setArch("aarch64")
                                .setCpuModel("test rig")
                                .setCores(4)
                                .setRamBytes(4L << 30)
                                .addEnergySensors("rapl"))
                        .build());
    }

    /** One window of a second: ten answers of two milliseconds, and half a joule. */
    void window() throws MqttException {
        LatencySketch latency = new LatencySketch();
        for (int i = 0; i < 10; i++) {
            latency.record(0.002);
        }
        publish(
                Topics.telemetry(ID),
                TelemetryWindow.newBuilder()
                        .setDeviceId(ID.value())
                        .setBootId(boot.toByteString())
                        .setSequence(++sequence)
                        .setStartUnixMs(System.currentTimeMillis() - 1000)
                        .setLengthMs(1000)
                        .addModels(ModelWindow.newBuilder()
                                .setModel(model)
                                .setVariant("fp32")
                                .setRequests(10)
                                .setLatency(latency.toProto())
                                .addEnergy(Energy.newBuilder()
                                        .setSource("rapl")
                                        .setGrossJoules(0.5)
                                        .setNetJoules(0.3)))
                        .build());
    }

    private void publish(String topic, MessageLite message) throws MqttException {
        client.publish(topic, message.toByteArray(), 1, false);
    }

    @Override
    public void close() throws MqttException {
        client.disconnectForcibly();
        client.close();
    }
}
