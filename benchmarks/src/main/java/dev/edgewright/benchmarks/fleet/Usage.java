package dev.edgewright.benchmarks.fleet;

import dev.edgewright.benchmarks.rest.Rest;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What was spent up to a moment.
 *
 * @param controllerCpu seconds of this process, broker and benchmark included
 * @param devicesCpu seconds of the devices' process
 * @param decisions that rollouts took
 * @param received messages that the controller took from the broker
 * @param publishedBytes of chunks that the controller gave to the broker
 */
record Usage(double controllerCpu, double devicesCpu, double decisions, double received, double publishedBytes) {

    static Usage now(Rest rest, Devices devices) throws IOException, InterruptedException {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Usage(
                system.getProcessCpuTime() / 1e9,
                devices.cpuSeconds(),
                rest.metric("edgewright_rollout_decisions_total"),
                rest.metric("edgewright_mqtt_received_total"),
                rest.metric("edgewright_transfer_published_bytes_total"));
    }

    Usage minus(Usage before) {
        return new Usage(
                controllerCpu - before.controllerCpu,
                devicesCpu - before.devicesCpu,
                decisions - before.decisions,
                received - before.received,
                publishedBytes - before.publishedBytes);
    }

    /** Resident memory of this process now. */
    static double residentMib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(Double.NaN);
    }
}
