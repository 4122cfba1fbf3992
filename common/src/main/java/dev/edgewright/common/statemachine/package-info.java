/** State machines as data: one typed table of edges per machine, from which moves, diagrams and tests come. Uses {@code error} only. */
package dev.edgewright.common.statemachine;
