/**
 * The REST interface, the event stream, the console's files and the scrape endpoint, on Vert.x. Translates between JSON
 * and the domain and decides nothing itself. Uses the domain packages; no other transport.
 */
package dev.edgewright.controller.http;
