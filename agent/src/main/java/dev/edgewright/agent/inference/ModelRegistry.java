package dev.edgewright.agent.inference;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.TensorSpec;
import dev.edgewright.common.protocol.v1.Tolerance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models that this device serves, one active variant each.
 *
 * <p>A switch is one reference written: requests that came before finish on the old session, requests after run on the new one, and the
 * old session closes when its last request leaves. No request waits and none sees both.
 */
public final class ModelRegistry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);

    private final OrtEnvironment environment;
    private final OrtTensors tensors;
    private final InferenceSettings settings;
    private final ProbeBudget budget;
    private final LongSupplier resident;
    private final QuietTime quiet = new QuietTime(System::nanoTime);
    private final Map<ModelName, Active> active = new ConcurrentHashMap<>();
    private final Map<ModelName, ShadowLane> shadows = new ConcurrentHashMap<>();
    private final List<ServingSession> served = new ArrayList<>();

    /** A session that serves, and the counts of the one before it. */
    private record Active(ServingSession session, VariantMeter previous) {}

    /** A registry that probes with {@link ProbeBudget#DEFAULT} and reads resident memory from {@code /proc}. */
    public ModelRegistry(InferenceSettings settings) {
        this(settings, ProbeBudget.DEFAULT, new ResidentMemory(Path.of("/proc")));
    }

    /** @param resident resident bytes of this process; 0 where unknown */
    public ModelRegistry(InferenceSettings settings, ProbeBudget budget, LongSupplier resident) {
        this.environment = OrtRuntime.environment();
        this.tensors = new OrtTensors(environment);
        this.settings = settings;
        this.budget = budget;
        this.resident = resident;
    }

    /** As {@link #prepare(ModelName, Path, Manifest, Digest)}, for a manifest whose signed bytes are its plain encoding. */
    public Prepared prepare(ModelName model, Path modelFile, Manifest manifest) {
        return prepare(model, modelFile, manifest, Digest.of(manifest.toByteArray()));
    }

    /**
     * Loads a variant beside the running one; nothing that serves is touched.
     *
     * @param manifestDigest of the signed manifest, by which telemetry and answers name the variant
     * @throws EdgewrightException {@code MODEL_FILE_MISSING}, {@code MODEL_LOAD_FAILED}, {@code MODEL_SIGNATURE} (the file's inputs or outputs
     *     are not those of the manifest), {@code SESSION_OPTION}
     */
    public Prepared prepare(ModelName model, Path modelFile, Manifest manifest, Digest manifestDigest) {
        if (!Files.isRegularFile(modelFile)) {
            throw EdgewrightException.resource("MODEL_FILE_MISSING", "no model file " + modelFile);
        }
        long before = resident.getAsLong();
        try (OrtSession.SessionOptions options = OrtRuntime.sessionOptions(settings, manifest.getSession())) {
            OrtSession session = environment.createSession(modelFile.toString(), options);
            ServingSession serving = adopt(session, model, manifest, manifestDigest);
            return new Prepared(serving, new ProbeRun(budget, resident, before, settings.memoryLimitBytes()));
        } catch (OrtException e) {
            throw EdgewrightException.caller(
                    "MODEL_LOAD_FAILED",
                    "ONNX Runtime cannot load " + manifest.getVariant() + " of " + model.value() + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private ServingSession adopt(OrtSession session, ModelName model, Manifest manifest, Digest digest)
            throws OrtException {
        try {
            ServingSession serving =
                    new ServingSession(session, tensors, model, manifest.getVersion(), manifest.getVariant(), digest);
            requireSame("input", manifest.getInputsList(), serving.metadata().inputs());
            requireSame("output", manifest.getOutputsList(), serving.metadata().outputs());
            return serving;
        } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static void requireSame(String side, List<TensorSpec> promised, Collection<TensorSignature> loaded) {
        for (TensorSpec spec : promised) {
            boolean there = loaded.stream()
                    .anyMatch(s -> s.name().equals(spec.getName())
                            && s.datatype().name().equals(spec.getDatatype()));
            if (!there) {
                throw EdgewrightException.caller(
                        "MODEL_SIGNATURE",
                        "the manifest promises " + side + " \"" + spec.getName() + "\" of " + spec.getDatatype()
                                + ", the file has "
                                + loaded.stream()
                                        .map(s -> s.name() + " " + s.describe())
                                        .toList());
            }
        }
    }

    /** Makes a prepared variant the one that answers. The one before it closes when its last request leaves. */
    public void activate(Prepared prepared) {
        ServingSession next = prepared.take();
        synchronized (served) {
            served.add(next);
        }
        Active[] replaced = new Active[1];
        active.compute(next.metadata().model(), (name, current) -> {
            replaced[0] = current;
            return new Active(next, current == null ? null : current.session().meter());
        });
        LOG.atInfo()
                .addKeyValue("model", next.metadata().model().value())
                .addKeyValue("variant", next.metadata().variant())
                .addKeyValue("manifest", next.metadata().manifest().shortHex())
                .log("variant serves");
        if (replaced[0] != null) {
            replaced[0].session().release();
        }
    }

    /** Takes a model off the device; requests in it finish. True when it was served. */
    public boolean deactivate(ModelName model) {
        Active last = active.remove(model);
        if (last == null) {
            return false;
        }
        LOG.atInfo().addKeyValue("model", model.value()).log("model no longer served");
        last.session().release();
        return true;
    }

    /** All outputs for these inputs; see {@link #infer(ModelName, Map, Collection)}. */
    public InferenceResult infer(ModelName model, Map<String, TensorValue> inputs) {
        return infer(model, inputs, List.of());
    }

    /**
     * Runs the active variant once, on the calling thread.
     *
     * @param outputs the wanted outputs by name, in this order; empty for all
     * @throws EdgewrightException {@code MODEL_UNKNOWN}; {@code INPUT_MISSING}, {@code INPUT_UNKNOWN}, {@code INPUT_DATATYPE}, {@code INPUT_SHAPE},
     *     {@code OUTPUT_UNKNOWN}, {@code TENSOR_*} (the caller's); {@code INFERENCE_FAILED}
     */
    public InferenceResult infer(ModelName model, Map<String, TensorValue> inputs, Collection<String> outputs) {
        quiet.enter();
        try {
            ServingSession session = lease(model);
            try {
                InferenceResult answer = session.run(inputs, outputs);
                ShadowLane shadow = shadows.get(model);
                if (shadow != null) {
                    shadow.answered(inputs, answer);
                }
                return answer;
            } finally {
                session.release();
            }
        } finally {
            quiet.leave();
        }
    }

    /**
     * From now on runs a prepared variant beside the one that serves, on a share of the requests; its answers are compared and thrown away. Ends the
     * model's shadow before it.
     *
     * @param sample above 0, at most 1
     */
    public void shadow(Prepared prepared, Tolerance tolerance, double sample) {
        ServingSession session = prepared.take();
        ModelName model = session.metadata().model();
        endShadow(model);
        shadows.put(
                model,
                new ShadowLane(
                        session,
                        tolerance,
                        sample,
                        quiet,
                        () -> ThreadLocalRandom.current().nextDouble()));
        LOG.atInfo()
                .addKeyValue("model", model.value())
                .addKeyValue("variant", session.metadata().variant())
                .addKeyValue("sample", sample)
                .log("a variant runs beside the one that serves");
    }

    /** True when the model had a shadow. */
    public boolean endShadow(ModelName model) {
        ShadowLane lane = shadows.remove(model);
        if (lane != null) {
            lane.close();
        }
        return lane != null;
    }

    /** What shadows did since the last call. */
    public List<ShadowActivity> drainShadows() {
        return shadows.values().stream().map(ShadowLane::drain).toList();
    }

    /** Measures a prepared variant in turn with what serves its model, in times without requests. The caller closes the candidate. */
    public SideBySide beside(Prepared candidate) {
        return new SideBySide(this, quiet, candidate, resident, settings.memoryLimitBytes());
    }

    /** Time by kind of operator of a model file, as this device runs it; see {@link OperatorProfile}. */
    public List<OperatorProfile.Part> operators(Path modelFile, Manifest manifest, GoldenSet golden, int runs) {
        return OperatorProfile.of(environment, tensors, settings, modelFile, manifest, golden, runs);
    }

    /** What serves now, with a reference that the caller gives back; empty when nothing does. */
    Optional<ServingSession> leaseIfServed(ModelName model) {
        Active current = active.get(model);
        return current != null && current.session().acquire() ? Optional.of(current.session()) : Optional.empty();
    }

    private ServingSession lease(ModelName model) {
        while (true) {
            Active current = active.get(model);
            if (current == null) {
                throw EdgewrightException.caller(
                        "MODEL_UNKNOWN", "no model is served as \"" + model.value() + "\"; served: " + models());
            }
            if (current.session().acquire()) {
                return current.session();
            }
            // Replaced and closed between the two reads: the next read finds its successor.
            Thread.onSpinWait();
        }
    }

    /** Names of the models that are served now, sorted. */
    public List<String> models() {
        return active.keySet().stream().map(ModelName::value).sorted().toList();
    }

    /** What is served under that name. */
    public Optional<ModelMetadata> metadata(ModelName model) {
        return Optional.ofNullable(active.get(model)).map(a -> a.session().metadata());
    }

    /** Counts since activation, and those of the variant that was replaced; empty when the model is not served. */
    public Optional<LiveStats> liveStats(ModelName model) {
        return Optional.ofNullable(active.get(model))
                .map(a -> new LiveStats(
                        a.session().meter().total(),
                        Optional.ofNullable(a.previous()).map(VariantMeter::total)));
    }

    /** What every variant that served did since the last call, also those that were replaced meanwhile. One caller: telemetry. */
    public List<ModelActivity> drainActivity() {
        List<ModelActivity> activity = new ArrayList<>();
        synchronized (served) {
            for (Iterator<ServingSession> all = served.iterator(); all.hasNext(); ) {
                ServingSession session = all.next();
                boolean over = session.closed();
                activity.add(session.meter().drain());
                if (over) {
                    all.remove();
                }
            }
        }
        return activity;
    }

    /** Takes every model off. Requests in flight finish. */
    @Override
    public void close() {
        shadows.keySet().forEach(this::endShadow);
        active.keySet().forEach(this::deactivate);
    }
}
