/** The domain without a database and the tools that integration tests start. */
package dev.edgewright.controller.fake;
