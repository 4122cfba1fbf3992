package dev.edgewright.agent.fakes;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import java.util.List;
import java.util.Map;

/**
 * A signed variant and every blob of it, ready to be published.
 *
 * @param blobs frames by blob digest: of the files, and of their indexes
 */
public record Variant(Manifest manifest, Signed signed, Digest digest, Map<Digest, List<byte[]>> blobs) {

    public String model() {
        return manifest.getModel();
    }

    public Digest graph() {
        return Digest.ofBytes(manifest.getGraph().getDigest());
    }

    public int chunks() {
        return manifest.getGraph().getChunks();
    }
}
