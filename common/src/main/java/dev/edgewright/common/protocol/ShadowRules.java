package dev.edgewright.common.protocol;

import dev.edgewright.common.protocol.v1.LifecycleState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.ShadowReport;
import dev.edgewright.common.protocol.v1.ShadowWindow;

/** What must hold of variants that run beside the one that serves. */
final class ShadowRules {

    private ShadowRules() {}

    static void assignment(ShadowAssignment shadow, Check check) {
        check.model("shadows.model", shadow.getModel());
        check.unsigned("shadows.sequence", shadow.getSequence());
        check.present("shadows.sequence", shadow.getSequence() != 0);
        check.rolloutOrNone("shadows.rollout_id", shadow.getRolloutId());
        check.present("shadows.manifest", shadow.hasManifest());
        ControllerRules.signed("shadows.manifest", shadow.getManifest(), Limits.MANIFEST_BYTES, check);
        check.ratio("shadows.sample", shadow.getSample());
        check.present("shadows.sample", shadow.getSample() > 0);
    }

    static void report(ShadowReport shadow, Check check) {
        check.model("shadows.model", shadow.getModel());
        check.unsigned("shadows.sequence", shadow.getSequence());
        check.rolloutOrNone("shadows.rollout_id", shadow.getRolloutId());
        check.digestOrNone("shadows.manifest", shadow.getManifest());
        check.known(
                "shadows.state",
                shadow.getState() != LifecycleState.UNRECOGNIZED
                        && shadow.getState() != LifecycleState.LIFECYCLE_STATE_UNSPECIFIED);
        check.text("shadows.error.code", shadow.getError().getCode());
        check.text("shadows.error.message", shadow.getError().getMessage(), Limits.LONG_TEXT);
        check.unsigned("shadows.memory_bytes", shadow.getMemoryBytes(), Limits.MEMORY_BYTES);
    }

    static void window(ShadowWindow shadow, Check check) {
        check.model("shadows.model", shadow.getModel());
        check.digest("shadows.manifest", shadow.getManifest());
        check.digestOrNone("shadows.active_manifest", shadow.getActiveManifest());
        check.unsigned("shadows.compared", shadow.getCompared());
        check.unsigned("shadows.agreed", shadow.getAgreed());
        check.unsigned("shadows.errors", shadow.getErrors());
        check.unsigned("shadows.dropped", shadow.getDropped());
        check.finite("shadows.min_cosine", shadow.getMinCosine());
        check.finite("shadows.net_joules", shadow.getNetJoules());
        check.text("shadows.energy_source", shadow.getEnergySource());
        SketchRules.sketch(shadow.getLatency(), check);
        SketchRules.sketch(shadow.getActiveLatency(), check);
        if (Long.compareUnsigned(shadow.getAgreed(), shadow.getCompared()) > 0) {
            check.refuse(
                    RefusalReason.CONTRADICTION,
                    "shadows: " + shadow.getAgreed() + " agreed of " + shadow.getCompared() + " compared");
        }
    }
}
