package dev.edgewright.agent.serve;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.edgewright.agent.inference.Datatype;
import dev.edgewright.agent.inference.HalfFloats;
import dev.edgewright.agent.inference.TensorValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;

/** Reads a tensor's {@code data} array, flat or nested as its shape, into direct memory. */
final class TensorReader {
    private static final BigInteger MAX_UINT64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    private final String name;
    private final Datatype datatype;
    private final long[] shape;
    private final long elements;
    private final IntFunction<ByteBuffer> memory;
    private ByteBuffer data;
    private ByteArrayOutputStream strings;
    private long read;

    TensorReader(String name, Datatype datatype, long[] shape, IntFunction<ByteBuffer> memory) {
        this.name = name;
        this.datatype = datatype;
        this.shape = shape;
        this.elements = TensorValue.elements(shape);
        this.memory = memory;
    }

    /**
     * Reads from the array's opening bracket to its closing one.
     *
     * @param maxElements no honest request of this size can hold more, so no memory is taken for one that claims so
     */
    TensorValue read(JsonParser json, long maxElements) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw BadRequest.of(here() + ": data must be an array");
        }
        if (elements > maxElements) {
            throw BadRequest.of(here() + ": shape " + Arrays.toString(shape) + " needs " + elements
                    + " elements, more than the request can hold");
        }
        if (datatype == Datatype.BYTES) {
            strings = new ByteArrayOutputStream();
        } else {
            data = memory.apply((int) elements * datatype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
        JsonToken first = json.nextToken();
        if (first == JsonToken.START_ARRAY && shape.length > 1) {
            nested(json, 0);
        } else {
            flat(json, elements, "shape " + Arrays.toString(shape));
        }
        if (datatype == Datatype.BYTES) {
            byte[] all = strings.toByteArray();
            data = memory.apply(all.length).put(all);
        }
        return new TensorValue(datatype, shape, data.flip());
    }

    /** Current token is the first element of an array at this depth. */
    private void nested(JsonParser json, int depth) throws IOException {
        if (depth == shape.length - 1) {
            flat(json, shape[depth], "dimension " + depth);
            return;
        }
        long count = 0;
        for (JsonToken token = json.currentToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token != JsonToken.START_ARRAY || count == shape[depth]) {
                throw BadRequest.of(here() + ": nested data does not have shape " + Arrays.toString(shape)
                        + " at dimension " + depth);
            }
            json.nextToken();
            nested(json, depth + 1);
            count++;
        }
        if (count != shape[depth]) {
            throw BadRequest.of(
                    here() + ": dimension " + depth + " has " + count + " entries, expected " + shape[depth]);
        }
    }

    private void flat(JsonParser json, long count, String of) throws IOException {
        long got = 0;
        for (JsonToken token = json.currentToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token == null) {
                throw BadRequest.of(here() + ": data ends early");
            }
            if (got == count) {
                throw BadRequest.of(here() + ": more than the " + count + " elements of " + of);
            }
            element(json, token);
            got++;
            read++;
        }
        if (got != count) {
            throw BadRequest.of(here() + ": " + got + " elements, expected " + count + " for " + of);
        }
    }

    private void element(JsonParser json, JsonToken token) throws IOException {
        switch (datatype) {
            case FP32 -> data.putFloat(finite32(number(json, token)));
            case FP64 -> data.putDouble(number(json, token));
            case FP16 -> {
                short half = HalfFloats.toFp16(finite32(number(json, token)));
                if ((half & 0x7c00) == 0x7c00) {
                    throw outOfRange(json);
                }
                data.putShort(half);
            }
            case BF16 -> data.putShort(HalfFloats.toBf16(finite32(number(json, token))));
            case INT8 -> data.put((byte) integer(json, token, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> data.put((byte) integer(json, token, 0, 0xff));
            case INT16 -> data.putShort((short) integer(json, token, Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> data.putShort((short) integer(json, token, 0, 0xffff));
            case INT32 -> data.putInt((int) integer(json, token, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> data.putInt((int) integer(json, token, 0, 0xffffffffL));
            case INT64 -> data.putLong(integer(json, token, Long.MIN_VALUE, Long.MAX_VALUE));
            case UINT64 -> data.putLong(unsigned64(json, token));
            case BOOL -> data.put(bool(json, token));
            case BYTES -> string(json, token);
        }
    }

    private double number(JsonParser json, JsonToken token) throws IOException {
        if (!token.isNumeric()) {
            throw unexpected(json, "a number");
        }
        double value = json.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw outOfRange(json);
        }
        return value;
    }

    private float finite32(double value) {
        float narrow = (float) value;
        if (Float.isInfinite(narrow)) {
            throw BadRequest.of(here() + ": element " + read + " is out of range for " + datatype + ": " + value);
        }
        return narrow;
    }

    private long integer(JsonParser json, JsonToken token, long low, long high) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw unexpected(json, "an integer");
        }
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw outOfRange(json);
        }
        long value = json.getLongValue();
        if (value < low || value > high) {
            throw outOfRange(json);
        }
        return value;
    }

    private long unsigned64(JsonParser json, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            throw unexpected(json, "an integer");
        }
        BigInteger value = json.getBigIntegerValue();
        if (value.signum() < 0 || value.compareTo(MAX_UINT64) > 0) {
            throw outOfRange(json);
        }
        return value.longValue();
    }

    private byte bool(JsonParser json, JsonToken token) throws IOException {
        if (token.isBoolean()) {
            return (byte) (token == JsonToken.VALUE_TRUE ? 1 : 0);
        }
        if (token == JsonToken.VALUE_NUMBER_INT
                && (json.getText().equals("0") || json.getText().equals("1"))) {
            return (byte) json.getIntValue();
        }
        throw unexpected(json, "true or false");
    }

    private void string(JsonParser json, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw unexpected(json, "a string");
        }
        byte[] utf8 = json.getText().getBytes(StandardCharsets.UTF_8);
        strings.write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(utf8.length)
                .array());
        strings.write(utf8);
    }

    private RuntimeException unexpected(JsonParser json, String wanted) throws IOException {
        return BadRequest.of(here() + ": element " + read + " must be " + wanted + ", is " + shown(json));
    }

    private RuntimeException outOfRange(JsonParser json) throws IOException {
        return BadRequest.of(here() + ": element " + read + " is out of range for " + datatype + ": " + shown(json));
    }

    private static String shown(JsonParser json) throws IOException {
        String text = json.getText();
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    private String here() {
        return "input \"" + name + "\"";
    }
}
