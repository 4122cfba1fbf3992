/** Looks for the best variants: what each layer costs and hurts, which recipes to try next, and which results no other beats. */
package dev.edgewright.compression.search;
