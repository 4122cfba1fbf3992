/** Who did what, to what, and what came of it; only ever added to. Uses no other room of the controller. */
package dev.edgewright.controller.audit;
