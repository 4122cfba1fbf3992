package dev.edgewright.compression.recipe;

/** Whether a part of a step is used. */
enum Choice {
    /** Where the error at the model's output falls, measured on calibration data. */
    AUTO("auto"),
    ALWAYS("true"),
    NEVER("false");

    private final String text;

    Choice(String text) {
        this.text = text;
    }

    /** As recipes write it. */
    String text() {
        return text;
    }
}
