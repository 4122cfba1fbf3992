package dev.edgewright.agent.update;

import dev.edgewright.agent.slot.Disk;
import dev.edgewright.agent.slot.Slot;
import dev.edgewright.agent.slot.SlotStore;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The variants that are to run beside those that serve, as the desired state names them: at most one a model. */
final class Shadows {

    private final Surroundings around;
    private final DesiredGate gate;
    private final Path folder;
    private final Disk disk;
    private final SlotStore slots;
    private final Map<String, Shadow> shadows = new TreeMap<>();

    Shadows(Path data, Disk disk, Surroundings around, DesiredGate gate) {
        this.around = around;
        this.gate = gate;
        this.disk = disk;
        this.folder = data.resolve("shadows");
        this.slots = new SlotStore(folder, disk);
    }

    /** Begins what is named and was not, ends what is no longer. */
    void take(DesiredState state) {
        Map<String, ShadowAssignment> named = new TreeMap<>();
        state.getShadowsList().forEach(s -> named.put(s.getModel(), s));
        for (Map.Entry<String, Shadow> known : List.copyOf(shadows.entrySet())) {
            if (!known.getValue().assignment().equals(named.get(known.getKey()))) {
                shadows.remove(known.getKey());
                known.getValue().end();
            }
        }
        named.forEach((model, assignment) -> shadows.computeIfAbsent(model, m -> {
            var offer = gate.shadow(assignment);
            return new Shadow(
                    assignment,
                    offer.manifest(),
                    offer.refusal(),
                    around,
                    slots,
                    new ShadowAttempts(folder.resolve(m + ".attempt"), disk));
        }));
    }

    void chunk(Digest blob, int index, byte[] frame) {
        shadows.values().forEach(shadow -> shadow.chunk(blob, index, frame));
    }

    void connected() {
        shadows.values().forEach(Shadow::connected);
    }

    void advance() {
        shadows.values().forEach(Shadow::advance);
    }

    List<ShadowReport> reports() {
        return shadows.values().stream().map(Shadow::report).toList();
    }

    /** Whole variants that lie here; an update takes chunks from them. */
    List<Slot> held() {
        return slots.held();
    }

    void stop() {
        shadows.values().forEach(Shadow::end);
        shadows.clear();
    }
}
