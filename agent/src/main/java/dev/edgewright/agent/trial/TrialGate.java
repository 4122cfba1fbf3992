package dev.edgewright.agent.trial;

import dev.edgewright.agent.update.Failure;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.signing.Contexts;
import dev.edgewright.common.signing.TrustedKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides whether a trial state may be believed, by the rules of a desired state. */
final class TrialGate {

    /** What came of one message. */
    sealed interface Ruling {}

    record Accepted(TrialState state, List<Candidate> candidates) implements Ruling {}

    /** The bytes that were accepted last, once more. */
    record Repeated() implements Ruling {}

    record Refused(String code, String detail) implements Ruling {}

    private final DeviceId device;
    private final TrustedKeys fleetKeys;
    private final TrustedKeys catalogKeys;

    TrialGate(DeviceId device, TrustedKeys fleetKeys, TrustedKeys catalogKeys) {
        this.device = device;
        this.fleetKeys = fleetKeys;
        this.catalogKeys = catalogKeys;
    }

    /**
     * @param newest sequence of the last accepted state; 0 when there was none
     * @param last digest of the bytes accepted last
     */
    Ruling judge(byte[] bytes, long newest, Optional<Digest> last, long nowUnixMs) {
        if (last.isPresent() && last.get().equals(Digest.of(bytes))) {
            return new Repeated();
        }
        Decoded<Signed> envelope = Codec.decode(MessageKind.TRIAL, bytes, device);
        if (envelope instanceof Decoded.Refused<Signed> refused) {
            return new Refused(refused.reason().name(), refused.detail());
        }
        try {
            byte[] payload =
                    fleetKeys.verify(Contexts.TRIAL, envelope.toOptional().orElseThrow());
            Decoded<TrialState> decoded = Codec.decode(MessageKind.TRIAL_STATE, payload, device);
            if (decoded instanceof Decoded.Refused<TrialState> refused) {
                return new Refused(refused.reason().name(), refused.detail());
            }
            return inTime(decoded.toOptional().orElseThrow(), newest, nowUnixMs);
        } catch (EdgewrightException e) {
            return new Refused("TRIAL_" + e.code().name(), e.getMessage());
        }
    }

    private Ruling inTime(TrialState state, long newest, long nowUnixMs) {
        if (Long.compareUnsigned(state.getSequence(), newest) <= 0) {
            return new Refused(
                    "TRIAL_SEQUENCE_OLD", "sequence " + state.getSequence() + ", accepted already: " + newest);
        }
        if (state.getExpiresUnixMs() != 0 && state.getExpiresUnixMs() <= nowUnixMs) {
            return new Refused(
                    "TRIAL_EXPIRED",
                    "expired " + (nowUnixMs - state.getExpiresUnixMs()) + " ms ago by this device's clock");
        }
        return new Accepted(state, candidates(state));
    }

    /** For the state that was accepted before a restart: neither order nor expiry count. */
    Optional<Accepted> again(byte[] bytes) {
        try {
            TrialState state = TrialState.parseFrom(fleetKeys.verify(Contexts.TRIAL, Signed.parseFrom(bytes)));
            return Optional.of(new Accepted(state, candidates(state)));
        } catch (EdgewrightException | com.google.protobuf.InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private List<Candidate> candidates(TrialState state) {
        List<Candidate> all = new ArrayList<>();
        for (TrialRequest request : state.getTrialsList()) {
            request.getCandidatesList().forEach(c -> all.add(candidate(request, c.getManifest())));
        }
        return all;
    }

    private Candidate candidate(TrialRequest request, Signed signed) {
        Digest digest = Digest.of(signed.getPayload());
        try {
            byte[] payload = catalogKeys.verify(Contexts.MANIFEST, signed);
            Decoded<Manifest> decoded = Codec.decode(MessageKind.MANIFEST, payload, device);
            if (decoded instanceof Decoded.Refused<Manifest> refused) {
                return Candidate.refused(
                        request, digest, signed, new Failure("MANIFEST_" + refused.reason(), refused.detail()));
            }
            Manifest manifest = decoded.toOptional().orElseThrow();
            if (!manifest.getModel().equals(request.getModel())) {
                return Candidate.refused(
                        request,
                        digest,
                        signed,
                        new Failure("MANIFEST_OTHER_MODEL", "the manifest is of " + manifest.getModel()));
            }
            return new Candidate(request, digest, signed, Optional.of(manifest), Optional.empty());
        } catch (EdgewrightException e) {
            return Candidate.refused(
                    request, digest, signed, new Failure("MANIFEST_" + e.code().name(), e.getMessage()));
        }
    }
}
