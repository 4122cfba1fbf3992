package dev.edgewright.common.protocol;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.edgewright.common.artifact.ChunkBitmap;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Accuracy;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.AssignmentReport;
import dev.edgewright.common.protocol.v1.ChunkEntry;
import dev.edgewright.common.protocol.v1.ChunkIndex;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.Energy;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.GoldenCase;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.HeldModel;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ModelWindow;
import dev.edgewright.common.protocol.v1.OperatorTime;
import dev.edgewright.common.protocol.v1.PowerSource;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Probe;
import dev.edgewright.common.protocol.v1.ProbeResult;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.ReportedError;
import dev.edgewright.common.protocol.v1.SessionOptions;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.protocol.v1.ShadowWindow;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.Tensor;
import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.common.protocol.v1.Tolerance;
import dev.edgewright.common.protocol.v1.TrialCandidate;
import dev.edgewright.common.protocol.v1.TrialMeasurement;
import dev.edgewright.common.protocol.v1.TrialPhase;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.protocol.v1.Want;
import dev.edgewright.common.telemetry.LatencySketch;

/** Messages of every kind that keep every limit, drawn from a seed. */
final class SampleMessages extends SampleValues {

    static final DeviceId DEVICE = DeviceId.of("cam-7");

    SampleMessages(long seed) {
        super(seed);
    }

    Message of(MessageKind kind) {
        return switch (kind) {
            case PRESENCE -> presence();
            case HELLO -> hello();
            case DESIRED -> signed();
            case REPORTED -> reported();
            case TELEMETRY -> telemetry();
            case WANT -> want();
            case DESIRED_STATE -> desired();
            case TRIAL -> signed();
            case TRIAL_STATE -> trialState();
            case TRIALED -> trialReport();
            case MANIFEST -> manifest();
            case CHUNK_INDEX -> index();
            case GOLDEN_SET -> golden();
        };
    }

    TrialState trialState() {
        return TrialState.newBuilder()
                .setDeviceId(DEVICE.value())
                .setSequence(1 + random.nextInt(1000))
                .setIssuedUnixMs(number())
                .addTrials(TrialRequest.newBuilder()
                        .setTrialId(text() + "t")
                        .setModel("fashion")
                        .setRound(random.nextInt(4))
                        .setMeasureMs(1 + random.nextInt(Limits.MEASURE_MS))
                        .setPrecision(random.nextDouble())
                        .setMaxCelsius(100 * random.nextDouble())
                        .setMinBatteryPercent(random.nextInt(101))
                        .addCandidates(TrialCandidate.newBuilder().setManifest(signed())))
                .build();
    }

    TrialReport trialReport() {
        double middle = random.nextDouble();
        return TrialReport.newBuilder()
                .setDeviceId(DEVICE.value())
                .setBootId(bytes(16))
                .setSequence(number())
                .setTrialSequence(number())
                .addResults(TrialResult.newBuilder()
                        .setTrialId(text())
                        .setModel("fashion")
                        .setManifest(bytes(32))
                        .setPhase(TrialPhase.TRIAL_PHASE_MEASURED)
                        .setCandidate(TrialMeasurement.newBuilder()
                                .setRuns(random.nextInt(1000))
                                .setP50LowMs(middle)
                                .setP50Ms(middle)
                                .setP50HighMs(2 * middle)
                                .setP95Ms(3 * middle))
                        .addOperators(OperatorTime.newBuilder()
                                .setName(text())
                                .setInput("float")
                                .setMicros(middle)))
                .build();
    }

    Presence presence() {
        return Presence.newBuilder()
                .setOnline(random.nextBoolean())
                .setBootId(bytes(16))
                .setAtUnixMs(number())
                .setAgentVersion(text())
                .build();
    }

    Hello hello() {
        Hello.Builder hello = Hello.newBuilder()
                .setDeviceId(DEVICE.value())
                .setBootId(bytes(16))
                .setSequence(number())
                .setFacts(facts())
                .setFingerprint(text())
                .setHighestDesiredSequence(number());
        for (int i = below(20); i > 0; i--) {
            hello.addProbes(Probe.newBuilder()
                    .setKernel("conv")
                    .setPrecision("u8s8")
                    .setSize("small")
                    .setThreads(1 + below(8))
                    .setMedianUs(positive())
                    .setP95Us(positive())
                    .setWork(positive())
                    .setRuns(below(1000)));
            hello.putLabels("k" + i, text());
            hello.addHeld(HeldModel.newBuilder()
                    .setModel("model-" + i)
                    .setActiveManifest(random.nextBoolean() ? bytes(32) : ByteString.EMPTY)
                    .addHeldManifests(bytes(32)));
        }
        return hello.build();
    }

    private DeviceFacts facts() {
        return DeviceFacts.newBuilder()
                .setArch("aarch64")
                .setOs("Linux 6.1")
                .setCpuModel(text())
                .setCores(1 + below(64))
                .setRamBytes(number() % Limits.MEMORY_BYTES)
                .setDiskFreeBytes(number())
                .addIsa("neon")
                .addIsa("dotprod")
                .setPower(PowerSource.forNumber(below(3)))
                .addEnergySensors("hwmon:ina3221")
                .setOnnxruntimeVersion("1.29.0")
                .addExecutionProviders("CPUExecutionProvider")
                .setAgentVersion(text())
                .setIntraOpThreads(below(64))
                .setBatteryPercent(below(101))
                .build();
    }

    Reported reported() {
        Reported.Builder reported = Reported.newBuilder()
                .setDeviceId(DEVICE.value())
                .setBootId(bytes(16))
                .setSequence(number())
                .setDesiredSequence(number())
                .setRejected(number())
                .setLastRejection(text());
        for (int i = below(8); i > 0; i--) {
            reported.addAssignments(AssignmentReport.newBuilder()
                    .setModel("model-" + i)
                    .setSequence(number())
                    .setRolloutId(random.nextBoolean() ? "r-" + below(99) : "")
                    .setManifest(bytes(32))
                    .setState(LifecycleState.forNumber(1 + below(8)))
                    .setBytesDone(number())
                    .setBytesTotal(number())
                    .setBytesReused(number())
                    .setActiveManifest(bytes(32))
                    .setError(ReportedError.newBuilder().setCode("PARITY").setMessage(text()))
                    .setCrashCount(below(4))
                    .setProbe(ProbeResult.newBuilder()
                            .setP50Ms(positive())
                            .setP95Ms(positive())
                            .setMemoryBytes(below(1 << 30))
                            .setCosine(random.nextDouble() * 2 - 1)
                            .setAgreement(random.nextDouble())
                            .setRuns(below(100)))
                    .setSinceUnixMs(number())
                    .setActiveVariant("int8-static"));
            reported.addShadows(ShadowReport.newBuilder()
                    .setModel("model-" + i)
                    .setSequence(number())
                    .setManifest(bytes(32))
                    .setState(LifecycleState.forNumber(1 + below(8)))
                    .setError(ReportedError.newBuilder().setCode("PARITY").setMessage(text()))
                    .setMemoryBytes(below(1 << 30)));
        }
        return reported.build();
    }

    TelemetryWindow telemetry() {
        TelemetryWindow.Builder window = TelemetryWindow.newBuilder()
                .setDeviceId(DEVICE.value())
                .setBootId(bytes(16))
                .setSequence(number())
                .setStartUnixMs(number())
                .setLengthMs(below(Limits.WINDOW_MS))
                .setTemperatureCelsius(random.nextDouble() * 140 - 40)
                .setResidentBytes(below(1 << 30))
                .setCpuSeconds(positive())
                .setBatteryPercent(below(101));
        for (int i = below(5); i > 0; i--) {
            LatencySketch sketch = new LatencySketch();
            for (int n = below(200); n > 0; n--) {
                sketch.record(positive());
            }
            window.addModels(ModelWindow.newBuilder()
                    .setModel("model-" + i)
                    .setManifest(bytes(32))
                    .setVariant("fp32")
                    .setLatency(sketch.toProto())
                    .setRequests(sketch.count())
                    .setErrors(below(10))
                    .addEnergy(Energy.newBuilder()
                            .setSource("rapl")
                            .setGrossJoules(positive())
                            .setNetJoules(random.nextGaussian())));
            int agreed = below(100);
            window.addShadows(ShadowWindow.newBuilder()
                    .setModel("model-" + i)
                    .setManifest(bytes(32))
                    .setCompared(agreed + below(100))
                    .setAgreed(agreed)
                    .setErrors(below(10))
                    .setDropped(below(10))
                    .setMinCosine(random.nextDouble())
                    .setLatency(sketch.toProto())
                    .setActiveLatency(sketch.toProto())
                    .setNetJoules(random.nextGaussian())
                    .setEnergySource("rapl"));
        }
        return window.build();
    }

    Want want() {
        int chunks = 1 + below(Limits.CHUNKS);
        ChunkBitmap missing = ChunkBitmap.none(chunks);
        for (int i = below(200); i > 0; i--) {
            missing.set(below(chunks));
        }
        return Want.newBuilder()
                .setDeviceId(DEVICE.value())
                .setDigest(bytes(32))
                .setChunks(chunks)
                .setMissing(missing.toByteString())
                .setWindow(1 + below(64))
                .build();
    }

    Signed signed() {
        return Signed.newBuilder()
                .setPayload(bytes(1 + below(500)))
                .setKeyId(Digest.of(bytes(8)).hex().substring(0, 16))
                .setSignature(bytes(64))
                .build();
    }

    DesiredState desired() {
        DesiredState.Builder desired = DesiredState.newBuilder()
                .setDeviceId(DEVICE.value())
                .setSequence(1 + number() / 2)
                .setIssuedUnixMs(number())
                .setExpiresUnixMs(number());
        for (int i = below(8); i > 0; i--) {
            Assignment.Builder assignment = Assignment.newBuilder()
                    .setModel("model-" + i)
                    .setSequence(1 + number() / 2)
                    .setRolloutId("r-" + below(99))
                    .setManifest(signed())
                    .setWatchSeconds(below(Limits.WATCH_SECONDS))
                    .setDeadlineUnixMs(number())
                    .setRevert(random.nextBoolean())
                    .setWatchMinRequests(below(1000))
                    .setRemove(random.nextBoolean());
            assignment
                    .getLimitsBuilder()
                    .setMaxP95Ms(positive())
                    .setMaxMemoryBytes(number())
                    .setMaxErrorRatio(random.nextDouble())
                    .setMaxSlowdown(1.2)
                    .setMaxJoulesPerInference(positive());
            desired.addAssignments(assignment);
            desired.addShadows(ShadowAssignment.newBuilder()
                    .setModel("model-" + i)
                    .setSequence(1 + number() / 2)
                    .setRolloutId("r-" + below(99))
                    .setManifest(signed())
                    .setSample(1 - random.nextDouble()));
        }
        return desired.build();
    }

    Manifest manifest() {
        Manifest.Builder manifest = Manifest.newBuilder()
                .setModel("fashion")
                .setVersion(text() + "1")
                .setVariant("int8-static")
                .setRecipe(text())
                .setGraph(file("model.onnx", 1 + below(1 << 30)))
                .setSession(
                        SessionOptions.newBuilder().setIntraOpThreads(below(8)).putConfig("session.x", text()))
                .setTolerance(Tolerance.newBuilder()
                        .setMinCosine(random.nextDouble())
                        .setRequireSameArgmax(random.nextBoolean())
                        .setMinAgreement(random.nextDouble()))
                .setAccuracy(Accuracy.newBuilder()
                        .setMetric("top1")
                        .setValue(random.nextDouble())
                        .setLow(random.nextDouble())
                        .setHigh(random.nextDouble())
                        .setSamples(below(10_000))
                        .setAgreement(random.nextDouble()))
                .addLineage(text())
                .addRequiresIsa("avx2|neon")
                .setPeakMemoryBytes(below(1 << 30))
                .setCreatedUnixMs(number())
                .putMetadata("k", text());
        if (random.nextBoolean()) {
            manifest.setGolden(file("golden.bin", below(Limits.GOLDEN_SET_BYTES)));
        }
        for (int i = below(5); i > 0; i--) {
            manifest.addInputs(spec("in" + i)).addOutputs(spec("out" + i));
        }
        return manifest.build();
    }

    private static TensorSpec spec(String name) {
        return TensorSpec.newBuilder()
                .setName(name)
                .setDatatype("FP32")
                .addShape(-1)
                .addShape(10)
                .build();
    }

    private File file(String name, int size) {
        return File.newBuilder()
                .setName(name)
                .setDigest(bytes(32))
                .setSize(size)
                .setIndexDigest(bytes(32))
                .setIndexSize(below(1000))
                .setChunks(Math.min(size, (size + 65_535) / 65_536))
                .build();
    }

    ChunkIndex index() {
        ChunkIndex.Builder index = ChunkIndex.newBuilder();
        for (int i = below(50); i > 0; i--) {
            index.addChunks(ChunkEntry.newBuilder().setDigest(bytes(32)).setLength(1 + below(Limits.CHUNK_BYTES)));
        }
        return index.build();
    }

    GoldenSet golden() {
        GoldenSet.Builder golden = GoldenSet.newBuilder();
        for (int i = below(4); i > 0; i--) {
            int width = below(30);
            golden.addCases(GoldenCase.newBuilder()
                    .addInputs(Tensor.newBuilder()
                            .setName("x")
                            .setDatatype("FP32")
                            .addShape(1)
                            .addShape(width)
                            .setData(bytes(4 * width)))
                    .addOutputs(Tensor.newBuilder()
                            .setName("y")
                            .setDatatype("INT64")
                            .setData(bytes(8))));
        }
        return golden.build();
    }
}
