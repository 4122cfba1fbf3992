/** What a pass is: a graph in, a graph and a line of lineage out, checked before and after. Uses {@code graph}, {@code runtime}, {@code data}. */
package dev.edgewright.compression.pass;
