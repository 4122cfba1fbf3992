/**
 * Looks for the best variants: what each layer costs and hurts, which recipes to try next, and which results no other beats. Uses {@code
 * recipe} and the rooms below it, except for {@code evaluation}.
 */
package dev.edgewright.compression.search;
