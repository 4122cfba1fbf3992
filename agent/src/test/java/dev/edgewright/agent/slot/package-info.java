/** Slots, pointers and chunks on a real disk. */
package dev.edgewright.agent.slot;
