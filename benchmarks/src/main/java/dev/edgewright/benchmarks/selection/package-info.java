/** How good the choice of a variant is on devices that truly differ, against every variant measured exhaustively on each. */
package dev.edgewright.benchmarks.selection;
