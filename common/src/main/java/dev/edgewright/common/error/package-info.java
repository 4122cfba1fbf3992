/** How failures are named and told apart: one exception, a code, and a kind that says who can act. Uses no other room. */
package dev.edgewright.common.error;
