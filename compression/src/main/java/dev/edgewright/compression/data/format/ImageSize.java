package dev.edgewright.compression.data.format;

/**
 * The size of an image in pixels.
 *
 * @param height rows
 * @param width columns
 */
public record ImageSize(int height, int width) {}
