/**
 * What values the activations take on calibration data, gathered in fixed memory: histograms and the ranges that calibrators choose from
 * them, moments of layers' inputs, and how far a changed model's outputs are off. Uses {@code graph}, {@code data}, {@code runtime}.
 */
package dev.edgewright.compression.calibration;
