/** Stand-ins for what surrounds an agent: a catalog with keys, a link in memory, a runtime that runs nothing, a disk that fails. */
package dev.edgewright.agent.fakes;
