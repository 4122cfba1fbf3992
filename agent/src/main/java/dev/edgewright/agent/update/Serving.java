package dev.edgewright.agent.update;

import dev.edgewright.agent.slot.Slot;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the pointer and the runtime agree with what a record says should serve; does nothing when they already do. */
final class Serving {

    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

    private final ModelName model;
    private final Surroundings around;
    private Optional<Runtime.Prepared> ready = Optional.empty();
    private Optional<Digest> readyIs = Optional.empty();

    Serving(ModelName model, Surroundings around) {
        this.model = model;
        this.around = around;
    }

    /** Loads a variant beside what serves, to be switched to by the next {@link #bring}. */
    Runtime.Prepared prepare(Digest manifest) {
        discard();
        Slot slot = around.slots()
                .slot(model, manifest)
                .orElseThrow(() -> EdgewrightException.resource(
                        "SLOT_MISSING", "no slot " + model.value() + "/" + manifest.shortHex() + " on this device"));
        Runtime.Prepared prepared = around.runtime().prepare(slot, slot.readManifest());
        ready = Optional.of(prepared);
        readyIs = Optional.of(manifest);
        return prepared;
    }

    /** Lets go of what was prepared. */
    void discard() {
        ready.ifPresent(Runtime.Prepared::close);
        ready = Optional.empty();
        readyIs = Optional.empty();
    }

    /**
     * Points at this variant and lets it answer. It is loaded and checked first, so that when it turns out bad, by an
     * exception, pointer and runtime are as before.
     */
    void bring(Optional<Digest> wanted) {
        boolean answers = around.runtime().active(model).equals(wanted);
        if (!answers && wanted.isPresent() && !readyIs.equals(wanted)) {
            verify(wanted.get());
            prepare(wanted.get());
        }
        around.slots().point(model, wanted);
        if (answers) {
            return;
        }
        if (wanted.isPresent()) {
            around.runtime().activate(ready.orElseThrow());
            ready = Optional.empty();
            readyIs = Optional.empty();
        } else {
            around.runtime().deactivate(model);
        }
    }

    /** Brings the first of these that can serve; empty, and nothing serves, when none can. Throws only what the disk throws. */
    Optional<Digest> bringFirst(List<Digest> candidates) {
        for (Digest candidate : candidates) {
            try {
                bring(Optional.of(candidate));
                return Optional.of(candidate);
            } catch (EdgewrightException e) {
                if (e.code().name().startsWith("DISK_")) {
                    throw e;
                }
                LOG.atWarn()
                        .addKeyValue("model", model.value())
                        .addKeyValue("variant", candidate.shortHex())
                        .log("this one cannot serve either: {}", e.getMessage());
            }
        }
        bring(Optional.empty());
        return Optional.empty();
    }

    private void verify(Digest manifest) {
        around.slots().slot(model, manifest).ifPresent(Slot::verify);
    }
}
