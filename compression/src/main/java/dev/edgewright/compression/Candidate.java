package dev.edgewright.compression;

import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.runtime.LatencyResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A variant of a model, measured.
 *
 * @param name what it is called, such as {@code int8-static}
 * @param recipe the steps that made it, with parameters
 * @param file the ONNX file
 * @param bytes the size of the file, and of its external data
 * @param digest SHA-256 of the file, hexadecimal
 * @param accuracy its quality on the validation split, empty without data
 * @param latency its latency here, and relative to the original in the same rounds
 * @param lineage what was done, line by line, from the original on
 * @param notes what was left alone, and why
 * @param requiresIsa instruction sets without which it computes something else; "a|b" means either
 * @param fasterThanOriginal whether it is faster than the original here by more than 2 %; one that is not is never recommended
 * @param golden cases for a device to replay
 */
public record Candidate(
        String name,
        String recipe,
        Path file,
        long bytes,
        String digest,
        Optional<AccuracyResult> accuracy,
        LatencyResult latency,
        List<String> lineage,
        List<String> notes,
        List<String> requiresIsa,
        boolean fasterThanOriginal,
        GoldenCases golden) {

    public Candidate {
        lineage = List.copyOf(lineage);
        notes = List.copyOf(notes);
        requiresIsa = List.copyOf(requiresIsa);
    }

    /** The same variant, its time measured again. */
    public Candidate withLatency(LatencyResult measured, boolean faster) {
        return new Candidate(
                name, recipe, file, bytes, digest, accuracy, measured, lineage, notes, requiresIsa, faster, golden);
    }
}
