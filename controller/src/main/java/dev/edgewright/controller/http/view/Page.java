package dev.edgewright.controller.http.view;

import java.util.List;

/** A list in an object, so that fields can be added to it later. */
public record Page<T>(List<T> items, String next) {
    public static <T> Page<T> of(List<T> items) {
        return new Page<>(items, null);
    }
}
