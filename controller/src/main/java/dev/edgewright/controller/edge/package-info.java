/**
 * Where messages of devices enter, whatever transport brought them: decoded and checked once, counted when refused, then
 * handed to {@code fleet}, {@code telemetry} and {@code transfer}. Knows no transport.
 */
package dev.edgewright.controller.edge;
