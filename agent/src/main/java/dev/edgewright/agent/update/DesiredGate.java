package dev.edgewright.agent.update;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.common.trust.CheckedManifest;
import dev.edgewright.common.trust.SignedStateCheck;
import java.util.List;
import java.util.Optional;

/**
 * Lets in what {@link SignedStateCheck} believes, as offers. An assignment inside whose manifest is not signed by the catalog's key does not
 * spoil the others: it becomes an {@link Offer} with a refusal, which ends FAILED and is so reported.
 */
final class DesiredGate {

    /** What came of one message. */
    sealed interface Ruling {}

    record Accepted(DesiredState state, List<Offer> offers) implements Ruling {}

    /** The very bytes that were accepted last. */
    record Repeated() implements Ruling {}

    record Refused(String code, String detail) implements Ruling {}

    private final DeviceId device;
    private final TrustedKeys catalogKeys;
    private final SignedStateCheck<DesiredState> check;

    DesiredGate(DeviceId device, TrustedKeys fleetKeys, TrustedKeys catalogKeys) {
        this.device = device;
        this.catalogKeys = catalogKeys;
        this.check = SignedStateCheck.desired(device, fleetKeys::verify);
    }

    /** As {@link SignedStateCheck#judge}. */
    Ruling judge(byte[] bytes, long newest, Optional<Digest> last, long nowUnixMs) {
        return ruling(check.judge(bytes, newest, last, nowUnixMs));
    }

    /** As {@link SignedStateCheck#again}. */
    Ruling again(byte[] bytes) {
        return ruling(check.again(bytes));
    }

    private Ruling ruling(SignedStateCheck.Ruling<DesiredState> ruling) {
        if (ruling instanceof SignedStateCheck.Refused<DesiredState> refused) {
            return new Refused(refused.code(), refused.detail());
        }
        return ruling instanceof SignedStateCheck.Accepted<DesiredState> accepted
                ? new Accepted(accepted.state(), offers(accepted.state()))
                : new Repeated();
    }

    private List<Offer> offers(DesiredState state) {
        return state.getAssignmentsList().stream().map(this::offer).toList();
    }

    /** A shadow's manifest, checked as that of an assignment is. */
    Offer shadow(ShadowAssignment shadow) {
        return offer(Assignment.newBuilder()
                .setModel(shadow.getModel())
                .setSequence(shadow.getSequence())
                .setRolloutId(shadow.getRolloutId())
                .setManifest(shadow.getManifest())
                .build());
    }

    private Offer offer(Assignment assignment) {
        ModelName model = new ModelName(assignment.getModel());
        Digest target = Digest.of(assignment.getManifest().getPayload());
        if (assignment.getRemove()) {
            return new Offer(model, assignment, target, Optional.empty(), Optional.empty());
        }
        CheckedManifest checked =
                CheckedManifest.of(assignment.getManifest(), model.value(), catalogKeys::verify, device);
        Optional<Failure> refusal = checked.manifest().isPresent()
                ? Optional.empty()
                : Optional.of(new Failure(checked.code(), checked.detail()));
        return new Offer(model, assignment, target, checked.manifest(), refusal);
    }
}
