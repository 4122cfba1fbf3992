package dev.edgewright.common.trust;

import dev.edgewright.common.protocol.v1.Signed;

/** How signatures are checked; {@link dev.edgewright.common.signing.TrustedKeys#verify} is the usual one. */
@FunctionalInterface
public interface Verification {

    /**
     * The payload.
     *
     * @throws dev.edgewright.common.error.EdgewrightException SIGNATURE_UNKNOWN_KEY, SIGNATURE_INVALID
     */
    byte[] verify(String context, Signed signed);
}
