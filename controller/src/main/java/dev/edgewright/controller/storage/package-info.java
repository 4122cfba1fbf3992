/**
 * Keeps every room's state in SQLite or PostgreSQL. The only package that knows a database; implements the stores that the
 * rooms declare.
 */
package dev.edgewright.controller.storage;
