package dev.edgewright.benchmarks.selection;

import dev.edgewright.common.id.Digest;
import dev.edgewright.controller.catalog.BlobStore;
import dev.edgewright.controller.catalog.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Variants laid out as an agent lays them out, by the digest of their manifest. */
record Slots(Path root) {

    Path folder(Variant variant) {
        return folder(variant.digest());
    }

    Path folder(Digest manifest) {
        return root.resolve(manifest.shortHex());
    }

    void fill(Variant variant, BlobStore blobs) throws IOException {
        Path folder = Files.createDirectories(folder(variant));
        Files.write(folder.resolve("manifest.bin"), variant.signed().toByteArray());
        copy(blobs, variant.graph(), folder.resolve("model.onnx"));
        if (variant.manifest().hasGolden()) {
            copy(blobs, Digest.ofBytes(variant.manifest().getGolden().getDigest()), folder.resolve("golden.bin"));
        }
    }

    private static void copy(BlobStore blobs, Digest blob, Path to) throws IOException {
        Files.copy(blobs.path(blob).orElseThrow(), to, StandardCopyOption.REPLACE_EXISTING);
    }
}
