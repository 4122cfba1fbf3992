package dev.edgewright.common.trust;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.Decoded;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import dev.edgewright.common.signing.Contexts;
import java.util.Optional;

/**
 * A manifest that a key of the catalog signed, that keeps every limit and is of the model that it is used for; or why not.
 *
 * @param code empty where there is a manifest
 */
public record CheckedManifest(Optional<Manifest> manifest, String code, String detail) {

    /**
     * @param model that it has to be of
     * @param catalog by the keys of the catalog
     */
    public static CheckedManifest of(Signed signed, String model, Verification catalog, DeviceId device) {
        try {
            byte[] payload = catalog.verify(Contexts.MANIFEST, signed);
            Decoded<Manifest> decoded = Codec.decode(MessageKind.MANIFEST, payload, device);
            if (decoded instanceof Decoded.Refused<Manifest> refused) {
                return refused(refused.reason().name(), refused.detail());
            }
            Manifest manifest = decoded.toOptional().orElseThrow();
            return manifest.getModel().equals(model)
                    ? new CheckedManifest(Optional.of(manifest), "", "")
                    : refused("OTHER_MODEL", "the manifest is of " + manifest.getModel() + ", assigned to " + model);
        } catch (EdgewrightException e) {
            return refused(e.code().name(), e.getMessage());
        }
    }

    private static CheckedManifest refused(String code, String detail) {
        return new CheckedManifest(Optional.empty(), "MANIFEST_" + code, detail);
    }

    public boolean isOf(String model) {
        return manifest.filter(m -> m.getModel().equals(model)).isPresent();
    }
}
