/**
 * Who said it: Ed25519 signatures over manifests and desired states, private keys in files that only their owner reads, and the
 * folder of keys a device trusts. Uses {@code error}, {@code id} and the generated messages.
 */
package dev.edgewright.common.signing;
