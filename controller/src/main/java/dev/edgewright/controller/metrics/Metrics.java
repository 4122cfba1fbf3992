package dev.edgewright.controller.metrics;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The one registry, and its text, OpenMetrics and protobuf forms. */
public final class Metrics implements AutoCloseable {

    /** @param contentType of {@code body}, exactly as the format has it */
    public record Scraped(String contentType, byte[] body) {}

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusMeterRegistry meters =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, registry, io.micrometer.core.instrument.Clock.SYSTEM);
    private final ExpositionFormats formats = ExpositionFormats.init();
    private final List<LinkMetrics> kept = new CopyOnWriteArrayList<>();
    private final JvmGcMetrics gc = new JvmGcMetrics();

    /** A registry with the JVM's and the process's own meters. */
    public static Metrics create() {
        var metrics = new Metrics();
        metrics.gc.bindTo(metrics.meters);
        new JvmMemoryMetrics().bindTo(metrics.meters);
        new JvmThreadMetrics().bindTo(metrics.meters);
        new ClassLoaderMetrics().bindTo(metrics.meters);
        new ProcessorMetrics().bindTo(metrics.meters);
        new FileDescriptorMetrics().bindTo(metrics.meters);
        new UptimeMetrics().bindTo(metrics.meters);
        return metrics;
    }

    /** For Vert.x and whoever else speaks Micrometer. */
    public PrometheusMeterRegistry meters() {
        return meters;
    }

    /** Adds the meters of the MQTT client. */
    public void bind(LinkMetrics link) {
        kept.add(link);
        link.bindTo(meters);
    }

    public void register(MultiCollector collector) {
        registry.register(collector);
    }

    /** @param accept header of the scraper; null or one that names no known format gets text */
    public Scraped scrape(String accept) {
        var writer = formats.findWriter(accept);
        var out = new ByteArrayOutputStream(64 * 1024);
        try {
            writer.write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Scraped(writer.getContentType(), out.toByteArray());
    }

    @Override
    public void close() {
        gc.close();
        meters.close();
    }
}
