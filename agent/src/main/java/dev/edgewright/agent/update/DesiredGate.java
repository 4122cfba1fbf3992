package dev.edgewright.agent.update;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.Assignment;
import dev.edgewright.common.protocol.v1.DesiredState;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.ShadowAssignment;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.TrustedKeys;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a desired state may be believed: right size and form, signed by the fleet's key, for this device, newer
 * than every one before, not expired. The broker that brought it is not trusted.
 *
 * <p>An assignment inside whose manifest is not signed by the catalog's key does not spoil the others: it becomes an
 * {@link Offer} with a refusal, which ends FAILED and is so reported.
 */
final class DesiredGate {

    /** What came of one message. */
    sealed interface Ruling {}

    record Accepted(DesiredState state, List<Offer> offers) implements Ruling {}

    /** The very bytes that were accepted last; a broker repeats a retained message at every connect. */
    record Repeated() implements Ruling {}

    record Refused(String code, String detail) implements Ruling {}

    private final DeviceId device;
    private final TrustedKeys fleetKeys;
    private final TrustedKeys catalogKeys;

    DesiredGate(DeviceId device, TrustedKeys fleetKeys, TrustedKeys catalogKeys) {
        this.device = device;
        this.fleetKeys = fleetKeys;
        this.catalogKeys = catalogKeys;
    }

    /**
     * @param newest sequence number of the last accepted state, unsigned; 0 when there was none
     * @param last digest of the bytes accepted last
     */
    Ruling judge(byte[] bytes, long newest, Optional<Digest> last, long nowUnixMs) {
        if (last.isPresent() && last.get().equals(Digest.of(bytes))) {
            return new Repeated();
        }
        if (!(Codec.<Signed>decode(MessageKind.DESIRED, bytes, device) instanceof Decoded.Accepted<Signed> envelope)) {
            return malformed(Codec.decode(MessageKind.DESIRED, bytes, device));
        }
        byte[] payload;
        try {
            payload = fleetKeys.verify(Contexts.DESIRED, envelope.message());
        } catch (EdgewrightException e) {
            return new Refused("DESIRED_" + e.code().name(), e.getMessage());
        }
        return judgePayload(payload, newest, nowUnixMs);
    }

    /** For the state that was accepted before a restart: as {@link #judge}, but neither order nor expiry count. */
    Ruling again(byte[] bytes) {
        try {
            byte[] payload = fleetKeys.verify(Contexts.DESIRED, Signed.parseFrom(bytes));
            DesiredState state = DesiredState.parseFrom(payload);
            return new Accepted(state, offers(state));
        } catch (EdgewrightException | com.google.protobuf.InvalidProtocolBufferException e) {
            return new Refused("DESIRED_STORED", "the stored desired state is no longer good: " + e.getMessage());
        }
    }

    private Ruling judgePayload(byte[] payload, long newest, long nowUnixMs) {
        Decoded<DesiredState> decoded = Codec.decode(MessageKind.DESIRED_STATE, payload, device);
        if (!(decoded instanceof Decoded.Accepted<DesiredState> accepted)) {
            return malformed(decoded);
        }
        DesiredState state = accepted.message();
        if (Long.compareUnsigned(state.getSequence(), newest) <= 0) {
            return new Refused(
                    "DESIRED_SEQUENCE_OLD",
                    "sequence " + Long.toUnsignedString(state.getSequence()) + ", accepted already: "
                            + Long.toUnsignedString(newest));
        }
        if (state.getExpiresUnixMs() != 0 && state.getExpiresUnixMs() <= nowUnixMs) {
            return new Refused(
                    "DESIRED_EXPIRED",
                    "expired " + (nowUnixMs - state.getExpiresUnixMs()) + " ms ago by this device's clock");
        }
        return new Accepted(state, offers(state));
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
        Signed signed = assignment.getManifest();
        Digest target = Digest.of(signed.getPayload());
        if (assignment.getRemove()) {
            return new Offer(model, assignment, target, Optional.empty(), Optional.empty());
        }
        try {
            byte[] payload = catalogKeys.verify(Contexts.MANIFEST, signed);
            Decoded<Manifest> decoded = Codec.decode(MessageKind.MANIFEST, payload, device);
            if (decoded instanceof Decoded.Accepted<Manifest> accepted) {
                return ofThisModel(model, assignment, target, accepted.message());
            }
            Refused refused = (Refused) malformed(decoded);
            return new Offer(
                    model,
                    assignment,
                    target,
                    Optional.empty(),
                    Optional.of(new Failure("MANIFEST_" + refused.code(), refused.detail())));
        } catch (EdgewrightException e) {
            return new Offer(
                    model,
                    assignment,
                    target,
                    Optional.empty(),
                    Optional.of(new Failure("MANIFEST_" + e.code().name(), e.getMessage())));
        }
    }

    private static Offer ofThisModel(ModelName model, Assignment assignment, Digest target, Manifest manifest) {
        if (manifest.getModel().equals(model.value())) {
            return new Offer(model, assignment, target, Optional.of(manifest), Optional.empty());
        }
        return new Offer(
                model,
                assignment,
                target,
                Optional.empty(),
                Optional.of(new Failure(
                        "MANIFEST_OTHER_MODEL",
                        "the manifest is of " + manifest.getModel() + ", assigned to " + model.value())));
    }

    private static Ruling malformed(Decoded<?> decoded) {
        Decoded.Refused<?> refused = (Decoded.Refused<?>) decoded;
        return new Refused(refused.reason().name(), refused.detail());
    }
}
