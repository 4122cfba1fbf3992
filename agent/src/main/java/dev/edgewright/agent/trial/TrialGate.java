package dev.edgewright.agent.trial;

import dev.edgewright.agent.update.Failure;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialState;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.common.trust.CheckedManifest;
import dev.edgewright.common.trust.SignedStateCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lets in what {@link SignedStateCheck} believes, as candidates; one without a good manifest says why. */
final class TrialGate {

    /** What came of one message. */
    sealed interface Ruling {}

    record Accepted(TrialState state, List<Candidate> candidates) implements Ruling {}

    /** The bytes that were accepted last, once more. */
    record Repeated() implements Ruling {}

    record Refused(String code, String detail) implements Ruling {}

    private final DeviceId device;
    private final TrustedKeys catalogKeys;
    private final SignedStateCheck<TrialState> check;

    TrialGate(DeviceId device, TrustedKeys fleetKeys, TrustedKeys catalogKeys) {
        this.device = device;
        this.catalogKeys = catalogKeys;
        this.check = SignedStateCheck.trial(device, fleetKeys::verify);
    }

    /** As {@link SignedStateCheck#judge}. */
    Ruling judge(byte[] bytes, long newest, Optional<Digest> last, long nowUnixMs) {
        SignedStateCheck.Ruling<TrialState> ruling = check.judge(bytes, newest, last, nowUnixMs);
        if (ruling instanceof SignedStateCheck.Refused<TrialState> refused) {
            return new Refused(refused.code(), refused.detail());
        }
        return accepted(ruling).<Ruling>map(a -> a).orElseGet(Repeated::new);
    }

    /** For the state that was accepted before a restart: neither order nor expiry count. */
    Optional<Accepted> again(byte[] bytes) {
        return accepted(check.again(bytes));
    }

    private Optional<Accepted> accepted(SignedStateCheck.Ruling<TrialState> ruling) {
        return ruling instanceof SignedStateCheck.Accepted<TrialState> accepted
                ? Optional.of(new Accepted(accepted.state(), candidates(accepted.state())))
                : Optional.empty();
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
        CheckedManifest checked = CheckedManifest.of(signed, request.getModel(), catalogKeys::verify, device);
        return checked.manifest().isPresent()
                ? new Candidate(request, digest, signed, checked.manifest(), Optional.empty())
                : Candidate.refused(request, digest, signed, new Failure(checked.code(), checked.detail()));
    }
}
