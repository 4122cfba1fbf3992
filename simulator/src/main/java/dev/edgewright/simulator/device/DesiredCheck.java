package dev.edgewright.simulator.device;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.trust.CheckedManifest;
import dev.edgewright.common.trust.SignedStateCheck;
import java.util.Optional;

/** What one virtual device believes, and what it believed last. */
final class DesiredCheck {

    private final DeviceId device;
    private final Checks checks;
    private final SignedStateCheck<DesiredState> check;
    private long highest;
    private Optional<Digest> last = Optional.empty();

    DesiredCheck(DeviceId device, Checks checks) {
        this.device = device;
        this.checks = checks;
        this.check = SignedStateCheck.desired(device, checks::verify);
    }

    /** Sequence of the last accepted state; 0 before the first. */
    long highest() {
        return highest;
    }

    /** As {@link SignedStateCheck#judge}; an accepted state is the last from now on. */
    SignedStateCheck.Ruling<DesiredState> judge(byte[] bytes, long nowUnixMs) {
        SignedStateCheck.Ruling<DesiredState> ruling = check.judge(bytes, highest, last, nowUnixMs);
        if (ruling instanceof SignedStateCheck.Accepted<DesiredState> accepted) {
            highest = accepted.state().getSequence();
            last = Optional.of(Digest.of(bytes));
        }
        return ruling;
    }

    CheckedManifest manifest(Assignment assignment) {
        return checks.manifest(assignment.getManifest(), assignment.getModel(), device);
    }

    CheckedManifest manifest(ShadowAssignment shadow) {
        return checks.manifest(shadow.getManifest(), shadow.getModel(), device);
    }
}
