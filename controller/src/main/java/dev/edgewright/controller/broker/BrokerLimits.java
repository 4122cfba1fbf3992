package dev.edgewright.controller.broker;

/**
 * What the embedded broker bears. The same figures belong into the configuration of an external broker.
 *
 * @param maxPacketBytes a chunk is at most 300 KiB, a hello at most 256 KiB; 1 MiB leaves room
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

    public static final BrokerLimits DEFAULT = new BrokerLimits(1 << 20, 20_000, 256, 7 * 86_400L, 600);

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
                  <persistence><mode>file</mode></persistence>
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
