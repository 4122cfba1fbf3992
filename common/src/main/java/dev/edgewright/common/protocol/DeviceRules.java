package dev.edgewright.common.protocol;

import com.google.protobuf.ByteString;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.HeldModel;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.Want;

/** What must hold of the messages that devices send. */
final class DeviceRules {

    private DeviceRules() {}

    static void presence(Presence presence, Check check) {
        check.bootId(presence.getBootId());
        check.time("at_unix_ms", presence.getAtUnixMs());
        check.text("agent_version", presence.getAgentVersion());
    }

    static void hello(Hello hello, Check check) {
        check.device(hello.getDeviceId());
        check.bootId(hello.getBootId());
        check.unsigned("sequence", hello.getSequence());
        check.unsigned("highest_desired_sequence", hello.getHighestDesiredSequence());
        check.text("fingerprint", hello.getFingerprint());
        check.present("facts", hello.hasFacts());
        facts(hello.getFacts(), check);
        check.entries("probes", hello.getProbesCount(), Limits.PROBES);
        hello.getProbesList().forEach(probe -> probe(probe, check));
        check.entries("labels", hello.getLabelsCount(), Limits.LABELS);
        hello.getLabelsMap().forEach((key, value) -> {
            check.present("labels key", !key.isEmpty());
            check.text("labels key", key);
            check.text("labels." + shortened(key), value);
        });
        check.entries("held", hello.getHeldCount(), Limits.MODELS);
        hello.getHeldList().forEach(held -> held(held, check));
        check.unique("held", hello.getHeldList().stream().map(HeldModel::getModel));
    }

    private static void facts(DeviceFacts facts, Check check) {
        check.text("facts.arch", facts.getArch());
        check.text("facts.os", facts.getOs());
        check.text("facts.cpu_model", facts.getCpuModel());
        check.unsigned32("facts.cores", facts.getCores(), Limits.CORES);
        check.unsigned("facts.ram_bytes", facts.getRamBytes(), Limits.MEMORY_BYTES);
        check.unsigned("facts.disk_free_bytes", facts.getDiskFreeBytes());
        check.texts("facts.isa", facts.getIsaList(), facts.getIsaCount(), Limits.ISA, Limits.TEXT);
        check.known("facts.power", facts.getPower() != PowerSource.UNRECOGNIZED);
        check.texts(
                "facts.energy_sensors",
                facts.getEnergySensorsList(),
                facts.getEnergySensorsCount(),
                Limits.SENSORS,
                Limits.TEXT);
        check.text("facts.onnxruntime_version", facts.getOnnxruntimeVersion());
        check.texts(
                "facts.execution_providers",
                facts.getExecutionProvidersList(),
                facts.getExecutionProvidersCount(),
                Limits.PROVIDERS,
                Limits.TEXT);
        check.text("facts.agent_version", facts.getAgentVersion());
        check.unsigned32("facts.intra_op_threads", facts.getIntraOpThreads(), Limits.CORES);
        check.unsigned32("facts.battery_percent", facts.getBatteryPercent(), 100);
    }

    private static void probe(Probe probe, Check check) {
        check.text("probes.kernel", probe.getKernel());
        check.text("probes.precision", probe.getPrecision());
        check.text("probes.size", probe.getSize());
        check.unsigned32("probes.threads", probe.getThreads(), Limits.CORES);
        check.notNegative("probes.median_us", probe.getMedianUs());
        check.notNegative("probes.p95_us", probe.getP95Us());
        check.notNegative("probes.work", probe.getWork());
        check.unsigned32("probes.runs", probe.getRuns(), Integer.MAX_VALUE);
    }

    private static void held(HeldModel held, Check check) {
        check.model("held.model", held.getModel());
        check.digestOrNone("held.active_manifest", held.getActiveManifest());
        check.entries("held.held_manifests", held.getHeldManifestsCount(), Limits.HELD_MANIFESTS);
        held.getHeldManifestsList().forEach(digest -> check.digest("held.held_manifests", digest));
    }

    static void reported(Reported reported, Check check) {
        check.device(reported.getDeviceId());
        check.bootId(reported.getBootId());
        check.unsigned("sequence", reported.getSequence());
        check.unsigned("desired_sequence", reported.getDesiredSequence());
        check.unsigned("rejected", reported.getRejected());
        check.text("last_rejection", reported.getLastRejection(), Limits.LONG_TEXT);
        check.entries("assignments", reported.getAssignmentsCount(), Limits.MODELS);
        reported.getAssignmentsList().forEach(report -> assignment(report, check));
        check.unique("assignments", reported.getAssignmentsList().stream().map(AssignmentReport::getModel));
        check.entries("shadows", reported.getShadowsCount(), Limits.MODELS);
        reported.getShadowsList().forEach(shadow -> ShadowRules.report(shadow, check));
        check.unique("shadows", reported.getShadowsList().stream().map(ShadowReport::getModel));
    }

    private static void assignment(AssignmentReport report, Check check) {
        check.model("assignments.model", report.getModel());
        check.unsigned("assignments.sequence", report.getSequence());
        check.rolloutOrNone("assignments.rollout_id", report.getRolloutId());
        check.digestOrNone("assignments.manifest", report.getManifest());
        check.known(
                "assignments.state",
                report.getState() != LifecycleState.UNRECOGNIZED
                        && report.getState() != LifecycleState.LIFECYCLE_STATE_UNSPECIFIED);
        check.unsigned("assignments.bytes_done", report.getBytesDone());
        check.unsigned("assignments.bytes_total", report.getBytesTotal());
        check.unsigned("assignments.bytes_reused", report.getBytesReused());
        check.digestOrNone("assignments.active_manifest", report.getActiveManifest());
        check.digestOrNone("assignments.previous_manifest", report.getPreviousManifest());
        check.text("assignments.error.code", report.getError().getCode());
        check.text("assignments.error.message", report.getError().getMessage(), Limits.LONG_TEXT);
        check.unsigned32("assignments.crash_count", report.getCrashCount(), Integer.MAX_VALUE);
        check.time("assignments.since_unix_ms", report.getSinceUnixMs());
        check.text("assignments.active_variant", report.getActiveVariant());
        probeResult(report.getProbe(), check);
    }

    private static void probeResult(ProbeResult probe, Check check) {
        check.notNegative("assignments.probe.p50_ms", probe.getP50Ms());
        check.notNegative("assignments.probe.p95_ms", probe.getP95Ms());
        check.unsigned("assignments.probe.memory_bytes", probe.getMemoryBytes(), Limits.MEMORY_BYTES);
        check.finite("assignments.probe.cosine", probe.getCosine());
        check.ratio("assignments.probe.agreement", probe.getAgreement());
        check.unsigned32("assignments.probe.runs", probe.getRuns(), Integer.MAX_VALUE);
    }

    static void telemetry(TelemetryWindow window, Check check) {
        check.device(window.getDeviceId());
        check.bootId(window.getBootId());
        check.unsigned("sequence", window.getSequence());
        check.time("start_unix_ms", window.getStartUnixMs());
        check.unsigned32("length_ms", window.getLengthMs(), Limits.WINDOW_MS);
        check.finite("temperature_celsius", window.getTemperatureCelsius());
        check.unsigned("resident_bytes", window.getResidentBytes(), Limits.MEMORY_BYTES);
        check.notNegative("cpu_seconds", window.getCpuSeconds());
        check.unsigned32("battery_percent", window.getBatteryPercent(), 100);
        check.entries("models", window.getModelsCount(), Limits.MODELS);
        window.getModelsList().forEach(model -> modelWindow(model, check));
        check.entries("shadows", window.getShadowsCount(), Limits.MODELS);
        window.getShadowsList().forEach(shadow -> ShadowRules.window(shadow, check));
    }

    private static void modelWindow(ModelWindow window, Check check) {
        check.model("models.model", window.getModel());
        check.digestOrNone("models.manifest", window.getManifest());
        check.text("models.variant", window.getVariant());
        check.unsigned("models.requests", window.getRequests());
        check.unsigned("models.errors", window.getErrors());
        SketchRules.sketch(window.getLatency(), check);
        check.entries("models.energy", window.getEnergyCount(), Limits.ENERGY_SOURCES);
        for (Energy energy : window.getEnergyList()) {
            check.text("models.energy.source", energy.getSource());
            check.notNegative("models.energy.gross_joules", energy.getGrossJoules());
            check.finite("models.energy.net_joules", energy.getNetJoules());
        }
        check.unique("models.energy", window.getEnergyList().stream().map(Energy::getSource));
    }

    static void want(Want want, Check check) {
        check.device(want.getDeviceId());
        check.digest("digest", want.getDigest());
        check.unsigned32("chunks", want.getChunks(), Limits.CHUNKS);
        check.present("chunks", want.getChunks() != 0);
        check.unsigned32("window", want.getWindow(), Limits.CHUNKS);
        check.present("window", want.getWindow() != 0);
        if (!check.refused()) {
            bitmap(want.getMissing(), want.getChunks(), check);
        }
    }

    private static void bitmap(ByteString missing, int chunks, Check check) {
        int bytes = (chunks + 7) / 8;
        if (missing.size() != bytes) {
            check.refuse(
                    RefusalReason.CONTRADICTION,
                    "missing has " + missing.size() + " bytes, " + chunks + " chunks take " + bytes);
        } else if (chunks % 8 != 0 && (missing.byteAt(bytes - 1) & 0xff) >>> (chunks % 8) != 0) {
            check.refuse(RefusalReason.CONTRADICTION, "missing has bits beyond the last of " + chunks + " chunks");
        }
    }

    private static String shortened(String key) {
        return key.length() > 32 ? key.substring(0, 32) + "…" : key;
    }
}
