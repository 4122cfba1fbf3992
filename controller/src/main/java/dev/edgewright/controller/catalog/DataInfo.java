package dev.edgewright.controller.catalog;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.id.ModelName;
import java.time.Instant;

/**
 * Calibration and evaluation data of a model.
 *
 * @param digest of the archive as it was put; names the folder it lies in
 * @param bytes unpacked
 */
public record DataInfo(ModelName model, Digest digest, long bytes, int files, Instant putAt) {}
