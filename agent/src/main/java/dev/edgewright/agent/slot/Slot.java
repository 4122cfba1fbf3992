package dev.edgewright.agent.slot;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.GoldenSet;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.common.protocol.v1.Signed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One whole variant on disk, named by its manifest's digest.
 *
 * @param model the model it is a variant of
 * @param manifest SHA-256 of the manifest's payload
 * @param directory holds {@code manifest.bin} (the signed manifest), {@code model.onnx}, {@code model.index} and, where
 *     the manifest has golden cases, {@code golden.bin} and {@code golden.index}
 */
public record Slot(ModelName model, Digest manifest, Path directory) {

    static final String MANIFEST = "manifest.bin";

    /** Which of the two blobs of a variant. */
    public enum Part {
        MODEL("model.onnx", "model.index"),
        GOLDEN("golden.bin", "golden.index");

        private final String file;
        private final String index;

        Part(String file, String index) {
            this.file = file;
            this.index = index;
        }

        /** The manifest's description of this part; empty when the variant has none. */
        public Optional<File> of(Manifest manifest) {
            return switch (this) {
                case MODEL -> Optional.of(manifest.getGraph());
                case GOLDEN -> manifest.hasGolden() ? Optional.of(manifest.getGolden()) : Optional.empty();
            };
        }
    }

    public Path modelFile() {
        return file(Part.MODEL);
    }

    public Path file(Part part) {
        return directory.resolve(part.file);
    }

    public Path index(Part part) {
        return directory.resolve(part.index);
    }

    /** The manifest as it was signed. Throws {@code SLOT_CORRUPT} when it is unreadable or not the one this slot names. */
    public Manifest readManifest() {
        try {
            ByteString payload = Signed.parseFrom(Files.readAllBytes(directory.resolve(MANIFEST)))
                    .getPayload();
            if (!Digest.of(payload).equals(manifest)) {
                throw corrupt("its manifest has another digest", null);
            }
            return Manifest.parseFrom(payload);
        } catch (InvalidProtocolBufferException e) {
            throw corrupt("its manifest cannot be decoded", e);
        } catch (IOException e) {
            throw corrupt("its manifest cannot be read", e);
        }
    }

    /** The golden cases; an empty set when the variant has none. */
    public GoldenSet readGolden() {
        if (!Files.exists(file(Part.GOLDEN))) {
            return GoldenSet.getDefaultInstance();
        }
        try {
            return GoldenSet.parseFrom(Files.readAllBytes(file(Part.GOLDEN)));
        } catch (IOException e) {
            throw corrupt("its golden cases cannot be read", e);
        }
    }

    /** Reads every byte and throws {@code SLOT_CORRUPT} unless each part has the digest that the manifest promises. */
    public void verify() {
        Manifest promised = readManifest();
        for (Part part : Part.values()) {
            part.of(promised).ifPresent(file -> {
                Digest actual = digest(part);
                if (!actual.toByteString().equals(file.getDigest())) {
                    throw corrupt(file(part).getFileName() + " has digest " + actual.shortHex() + "…", null);
                }
            });
        }
    }

    private Digest digest(Part part) {
        try {
            return Digest.of(file(part));
        } catch (IOException e) {
            throw corrupt(file(part).getFileName() + " cannot be read", e);
        }
    }

    private EdgewrightException corrupt(String why, Throwable cause) {
        return EdgewrightException.resource(
                "SLOT_CORRUPT",
                "slot " + model.value() + "/" + manifest.shortHex() + ": " + why
                        + (cause == null ? "" : " (" + cause.getMessage() + ")"));
    }
}
