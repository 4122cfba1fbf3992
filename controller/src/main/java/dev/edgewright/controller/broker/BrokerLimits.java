package dev.edgewright.controller.broker;

import dev.edgewright.common.protocol.Limits;

/**
 * What the embedded broker bears. The same figures belong into the configuration of an external broker.
 *
 * @param maxPacketBytes of one packet; the largest that the protocol has is a chunk index
 * @param queuedMessagesPerClient messages kept for a client that is slow or away. The oldest go first: a newer desired
 *     state replaces an older one, and chunks are asked for again. Large enough for the controller's own client to sleep
 *     through a burst of 10,000 devices that all come back
 * @param receiveMaximum QoS 1 messages of one client that the broker works on at once
 * @param sessionExpirySeconds longest time that a session outlives its connection
 * @param keepAliveSeconds longest keep-alive; an agent that vanished is noticed after one and a half of it
 */
public record BrokerLimits(
        int maxPacketBytes,
        int queuedMessagesPerClient,
        int receiveMaximum,
        long sessionExpirySeconds,
        int keepAliveSeconds) {

    public static final BrokerLimits DEFAULT =
            new BrokerLimits(Limits.MQTT_PACKET_BYTES + 4096, 20_000, 256, 7 * 86_400L, 600);

    /** The configuration file of a HiveMQ that listens on one address and tells nobody about it. */
    String toHiveMqXml(String host, int port) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <hivemq>
                  <listeners>
                    <tcp-listener><port>%d</port><bind-address>%s</bind-address></tcp-listener>
                  </listeners>
                  <mqtt>
                    <queued-messages>
                      <max-queue-size>%d</max-queue-size>
                      <strategy>discard-oldest</strategy>
                    </queued-messages>
                    <session-expiry><max-interval>%d</max-interval></session-expiry>
                    <keep-alive>
                      <max-keep-alive>%d</max-keep-alive>
                      <allow-unlimited>false</allow-unlimited>
                    </keep-alive>
                    <packets><max-packet-size>%d</max-packet-size></packets>
                    <receive-maximum><server-receive-maximum>%d</server-receive-maximum></receive-maximum>
                  </mqtt>
                  <restrictions>
                    <max-client-id-length>128</max-client-id-length>
                    <max-topic-length>256</max-topic-length>
                  </restrictions>
                  <security>
                    <allow-empty-client-id><enabled>false</enabled></allow-empty-client-id>
                  </security>
                  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                  <persistence><mode>in-memory</mode></persistence>
                </hivemq>
                """.formatted(
                        port,
                        host,
                        queuedMessagesPerClient,
                        sessionExpirySeconds,
                        keepAliveSeconds,
                        maxPacketBytes,
                        receiveMaximum);
    }
}
