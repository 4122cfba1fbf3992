/**
 * What values the activations take on calibration data, gathered in fixed memory, and the ranges that calibrators choose from it. Uses
 * {@code graph}, {@code data}, {@code runtime}.
 */
package dev.edgewright.compression.calibration;
