/**
 * Variants as bytes: content-defined chunks, their index, their zstd frames, sets of chunks, and the names of manifests. Uses
 * {@code error}, {@code id} and the generated messages.
 */
package dev.edgewright.common.artifact;
