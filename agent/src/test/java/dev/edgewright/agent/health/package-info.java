/** When a variant stays and when it goes back. */
package dev.edgewright.agent.health;
