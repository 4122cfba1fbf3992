/**
 * The controller: {@link dev.edgewright.controller.ControllerMain} puts domain and adapters together, and is the only one
 * that sees all of them.
 */
package dev.edgewright.controller;
