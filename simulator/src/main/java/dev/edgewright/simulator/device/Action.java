package dev.edgewright.simulator.device;

/** What a device wants done on its connection, in order. */
public sealed interface Action {

    /** @param qos 0 or 1 */
    record Publish(String topic, byte[] payload, int qos, boolean retained) implements Action {}

    record Subscribe(String filter) implements Action {}

    record Unsubscribe(String filter) implements Action {}

    /** The process dies without a goodbye, and connects again as a new boot after this long. */
    record Die(long downMs) implements Action {}
}
