/**
 * Validated names of things: devices, models, rollouts, variants, content and boots. Whoever holds one of these types holds a value
 * that is safe in a topic, a path and a URL. Uses {@code error} only.
 */
package dev.edgewright.common.id;
