/** Verbs that work on files, without a server: explain, compress, evaluate, train. Uses {@code output} and {@code remote}. */
package dev.edgewright.cli.local;
