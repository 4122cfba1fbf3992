package dev.edgewright.common.artifact;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Signed;

/** The name of a manifest: the SHA-256 of its encoded bytes, which are the payload of its signature. */
public final class ManifestDigest {

    private ManifestDigest() {}

    /** Does not check the signature. */
    public static Digest of(Signed manifest) {
        return Digest.of(manifest.getPayload());
    }
}
