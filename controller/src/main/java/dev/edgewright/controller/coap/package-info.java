/**
 * The messages of devices that speak CoAP (RFC 7252) instead of MQTT, over DTLS with pre-shared keys or, on loopback only,
 * in the clear. Uses {@code edge}, {@code catalog} for blobs, and implements the outgoing interface of {@code rollout}.
 *
 * <pre>
 * POST /v1/presence, /v1/hello, /v1/reported, /v1/telemetry   the protobuf message     2.04, or 4.00 with the reason
 * GET  /v1/desired           with Observe (RFC 7641)          Signed(DesiredState); empty while there is none
 * GET  /v1/blobs/{hex}       with Block2 (RFC 7959)           a whole plain blob
 * GET  /v1/blobs/{hex}/{i}   with Block2                      one chunk, the zstd frame that MQTT carries
 * </pre>
 *
 * <p>The device is the identity of the pre-shared key; in the clear it is the query parameter {@code d}.
 */
package dev.edgewright.controller.coap;
