/** The REST API of a controller as the verbs see it: address, configuration file, requests, errors. Uses {@code output}. */
package dev.edgewright.cli.remote;
