/** Random faults of every part, over many rollouts: a broker of its own, a proxy that cuts links, agents as processes, virtual devices. */
package dev.edgewright.cli.chaos;
