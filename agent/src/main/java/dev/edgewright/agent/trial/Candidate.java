package dev.edgewright.agent.trial;

import dev.edgewright.agent.update.Failure;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.protocol.v1.TrialRequest;
import dev.edgewright.common.protocol.v1.TrialResult;
import java.util.Optional;

/**
 * One variant that is to be measured.
 *
 * @param manifest empty when no trusted key signed it, {@code refusal} then says why
 */
record Candidate(
        TrialRequest request, Digest digest, Signed signed, Optional<Manifest> manifest, Optional<Failure> refusal) {

    static Candidate refused(TrialRequest request, Digest digest, Signed signed, Failure why) {
        return new Candidate(request, digest, signed, Optional.empty(), Optional.of(why));
    }

    ModelName model() {
        return new ModelName(request.getModel());
    }

    /** Whether this result answers this request: another round is another question. */
    boolean answeredBy(TrialResult result) {
        return result.getTrialId().equals(request.getTrialId())
                && result.getRound() == request.getRound()
                && result.getManifest().equals(digest.toByteString());
    }

    /** A result of this candidate with nothing measured yet. */
    TrialResult.Builder result() {
        return TrialResult.newBuilder()
                .setTrialId(request.getTrialId())
                .setModel(request.getModel())
                .setManifest(digest.toByteString())
                .setRound(request.getRound());
    }
}
