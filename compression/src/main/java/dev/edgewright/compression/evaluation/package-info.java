/** How good a model is on data, with intervals, alone and against the original. Uses {@code data}, {@code runtime}, {@code graph}. */
package dev.edgewright.compression.evaluation;
