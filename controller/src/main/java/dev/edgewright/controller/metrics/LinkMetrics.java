package dev.edgewright.controller.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.DoubleSupplier;

/**
 * Meters of the controller's MQTT client, as functions of its own counts.
 *
 * @param connected 1 or 0
 */
public record LinkMetrics(
        DoubleSupplier connected,
        DoubleSupplier connects,
        DoubleSupplier received,
        DoubleSupplier published,
        DoubleSupplier publishedBytes,
        DoubleSupplier inbox,
        DoubleSupplier waitingDesired) {

    /** The registry refers weakly to what it asks: whoever binds has to keep this record. {@link Metrics#bind} does. */
    void bindTo(MeterRegistry registry) {
        gauge(registry, "edgewright.mqtt.connected", "1 while the controller has its broker.", connected);
        gauge(registry, "edgewright.mqtt.inbox.messages", "Messages taken from the socket and not handled yet.", inbox);
        gauge(registry, "edgewright.mqtt.desired.waiting", "Desired states that wait for the broker.", waitingDesired);
        counter(registry, "edgewright.mqtt.connects", "Connections made.", connects);
        counter(registry, "edgewright.mqtt.received", "Messages received.", received);
        counter(registry, "edgewright.mqtt.published", "Messages that the broker acknowledged.", published);
        counter(
                registry,
                "edgewright.mqtt.published.bytes",
                "Payload bytes that the broker acknowledged.",
                publishedBytes);
    }

    private static void gauge(MeterRegistry registry, String name, String help, DoubleSupplier value) {
        Gauge.builder(name, value, DoubleSupplier::getAsDouble)
                .description(help)
                .strongReference(true)
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, String help, DoubleSupplier value) {
        FunctionCounter.builder(name, value, DoubleSupplier::getAsDouble)
                .description(help)
                .register(registry);
    }
}
