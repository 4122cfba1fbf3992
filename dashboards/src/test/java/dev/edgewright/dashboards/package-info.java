/** Tests of dashboards, rules and deployment files; this module has no code of its own. May use every other module. */
package dev.edgewright.dashboards;
