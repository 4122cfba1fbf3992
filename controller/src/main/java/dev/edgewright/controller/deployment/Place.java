package dev.edgewright.controller.deployment;

import org.yaml.snakeyaml.error.Mark;

/** Where in a file something stands, counted from 1. */
public record Place(int line, int column) {

    static Place of(Mark mark) {
        return new Place(mark.getLine() + 1, mark.getColumn() + 1);
    }

    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
