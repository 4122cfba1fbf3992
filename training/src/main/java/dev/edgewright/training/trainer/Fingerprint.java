package dev.edgewright.training.trainer;

import dev.edgewright.compression.graph.Graph;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a training is of: two trainings with one fingerprint, on one data set, are the same. */
final class Fingerprint {

    private Fingerprint() {}

    static String of(Graph graph, TrainingSettings settings, Objective objective, String identity) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(graph.toModel().toByteArray());
            digest.update(settings.toString().getBytes(StandardCharsets.UTF_8));
            digest.update(identity.getBytes(StandardCharsets.UTF_8));
            digest.update(objective.describe().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest()).substring(0, 32);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
