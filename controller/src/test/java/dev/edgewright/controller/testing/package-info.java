/** What the controller's tests share: small models and devices that behave as told. */
package dev.edgewright.controller.testing;
