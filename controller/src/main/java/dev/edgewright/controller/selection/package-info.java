/**
 * Which variant suits which device, and why, in words. Uses {@code fleet} and {@code catalog}; all of it is pure.
 */
package dev.edgewright.controller.selection;
