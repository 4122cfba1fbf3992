package dev.edgewright.simulator.device;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
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
import java.util.Optional;

/** Whether a desired state, or a manifest in it, may be believed: docs/protocol.md, "Signatures". */
final class DesiredCheck {

    /** What came of one message. */
    sealed interface Ruling {}

    record Accepted(DesiredState state) implements Ruling {}

    /** The bytes that were accepted last: a broker repeats a retained message at every connect. */
    record Repeated() implements Ruling {}

    record Refused(String why) implements Ruling {}

    /** A manifest that holds, or why it does not. */
    record Checked(Optional<Manifest> manifest, String code, String detail) {
        boolean isOf(String model) {
            return manifest.filter(m -> m.getModel().equals(model)).isPresent();
        }
    }

    private final DeviceId device;
    private final Checks checks;
    private long highest;
    private Digest last;

    DesiredCheck(DeviceId device, Checks checks) {
        this.device = device;
        this.checks = checks;
    }

    /** Sequence of the last accepted state; 0 before the first. */
    long highest() {
        return highest;
    }

    Ruling judge(byte[] bytes, long nowUnixMs) {
        Digest digest = Digest.of(bytes);
        if (digest.equals(last)) {
            return new Repeated();
        }
        Decoded<Signed> envelope = Codec.decode(MessageKind.DESIRED, bytes, device);
        if (envelope instanceof Decoded.Refused<Signed> refused) {
            return new Refused(refused.reason() + ": " + refused.detail());
        }
        byte[] payload;
        try {
            payload = checks.desired(((Decoded.Accepted<Signed>) envelope).message());
        } catch (EdgewrightException e) {
            return new Refused("DESIRED_" + e.code().name() + ": " + e.getMessage());
        }
        Decoded<DesiredState> decoded = Codec.decode(MessageKind.DESIRED_STATE, payload, device);
        if (decoded instanceof Decoded.Refused<DesiredState> refused) {
            return new Refused(refused.reason() + ": " + refused.detail());
        }
        DesiredState state = ((Decoded.Accepted<DesiredState>) decoded).message();
        if (Long.compareUnsigned(state.getSequence(), highest) <= 0) {
            return new Refused("DESIRED_SEQUENCE_OLD: sequence " + Long.toUnsignedString(state.getSequence())
                    + ", accepted already: " + Long.toUnsignedString(highest));
        }
        if (state.getExpiresUnixMs() != 0 && state.getExpiresUnixMs() <= nowUnixMs) {
            return new Refused("DESIRED_EXPIRED: " + (nowUnixMs - state.getExpiresUnixMs()) + " ms ago");
        }
        highest = state.getSequence();
        last = digest;
        return new Accepted(state);
    }

    Checked manifest(Assignment assignment) {
        return checks.manifest(assignment.getManifest(), assignment.getModel(), device);
    }

    Checked manifest(ShadowAssignment shadow) {
        return checks.manifest(shadow.getManifest(), shadow.getModel(), device);
    }

    static Checked manifest(Signed signed, String model, TrustedKeys trust, DeviceId device) {
        try {
            byte[] payload = trust.verify(Contexts.MANIFEST, signed);
            Decoded<Manifest> decoded = Codec.decode(MessageKind.MANIFEST, payload, device);
            if (decoded instanceof Decoded.Refused<Manifest> refused) {
                return new Checked(Optional.empty(), "MANIFEST_" + refused.reason(), refused.detail());
            }
            Manifest manifest = ((Decoded.Accepted<Manifest>) decoded).message();
            return manifest.getModel().equals(model)
                    ? new Checked(Optional.of(manifest), "", "")
                    : new Checked(
                            Optional.empty(),
                            "MANIFEST_OTHER_MODEL",
                            "the manifest is of " + manifest.getModel() + ", assigned to " + model);
        } catch (EdgewrightException e) {
            return new Checked(Optional.empty(), "MANIFEST_" + e.code().name(), e.getMessage());
        }
    }
}
