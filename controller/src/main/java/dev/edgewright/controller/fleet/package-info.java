/**
 * Which devices there are, what they measured of themselves, who is online, and queries over them.
 * Uses {@code common}; knows no transport and no database.
 */
package dev.edgewright.controller.fleet;
