/**
 * Takes a device from the model it has to the model it should have, and back when that turns out bad.
 *
 * <p>Each model has one record, written to disk before it is acted on; after a crash at any point the record says what to
 * do. Stands on {@code slot}, {@code health} and {@code link}; what runs models is behind {@link
 * dev.edgewright.agent.update.Runtime}. Knows no broker, no ONNX Runtime.
 */
package dev.edgewright.agent.update;
