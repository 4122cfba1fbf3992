/**
 * The JSON of the REST interface as records, made from the domain's own. Names, types and optional fields are those of
 * {@code openapi.yaml}; null fields are not written.
 */
package dev.edgewright.controller.http.view;
