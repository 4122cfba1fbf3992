/**
 * Whether what a broker brought may be believed: signature, recipient, order and expiry, as docs/protocol.md says under "Signatures". Every
 * device that speaks the protocol asks here. Uses {@code protocol} and {@code signing}.
 */
package dev.edgewright.common.trust;
