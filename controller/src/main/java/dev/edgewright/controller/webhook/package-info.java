/** Posts events to webhooks over HTTP; implements what the room of events asks for, with Vert.x. */
package dev.edgewright.controller.webhook;
