package dev.edgewright.agent.device;

/** How much one run of a bundled graph computes; the shapes are those of the program that writes the graphs. */
final class ProbeWork {
    private ProbeWork() {}

    /** Multiply-accumulates of one run. */
    static double multiplyAccumulates(String kernel, String size) {
        return switch (kernel + "-" + size) {
            case "conv-small" -> 4 * conv(16, 28, 1);
            case "conv-medium" -> 2 * conv(64, 28, 1);
            case "conv-large" -> conv(128, 28, 1);
            case "depthwise_conv-small" -> 8 * conv(32, 28, 32);
            case "depthwise_conv-medium" -> 8 * conv(128, 28, 128);
            case "depthwise_conv-large" -> 8 * conv(256, 56, 256);
            case "gemm-small" -> 4 * gemm(1, 256);
            case "gemm-medium" -> 2 * gemm(1, 1024);
            case "gemm-large" -> 2 * gemm(32, 1024);
            default -> throw new IllegalArgumentException("no probe " + kernel + " of size " + size);
        };
    }

    private static double conv(double channels, double side, double groups) {
        return channels * channels / groups * 9 * side * side;
    }

    private static double gemm(double rows, double width) {
        return rows * width * width;
    }
}
