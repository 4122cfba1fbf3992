package dev.edgewright.agent.update;

import dev.edgewright.agent.slot.Slot;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.util.Optional;

/** Makes the pointer and the runtime agree with what a record says should serve; does nothing when they already do. */
final class Serving {

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

    private void verify(Digest manifest) {
        around.slots().slot(model, manifest).ifPresent(Slot::verify);
    }
}
