package dev.edgewright.controller;

class EmbeddedControllerIT extends ControllerScenarios {
    @Override
    String broker() {
        return "embedded:127.0.0.1:0";
    }
}
