package dev.cistern.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A program for a PC's BIOS, which loads it to 0x7c00. It writes runs of sectors all over the disk
 * that it was loaded from, each run filled with its number, and turns the PC off; if a write failed
 * it ends QEMU at once, by port 0xf4.
 */
final class BootSector {
    static final int SIZE = 512;

    private static final int RUNS = 60;
    private static final int SECTORS = 16;
    private static final int FIRST = 100;
    private static final int STRIDE = 161;
    private static final int ORIGIN = 0x7c00;
    private static final int BUFFER = 0x8000;

    /** The disk address packet of the BIOS's extended write. */
    private static final int PACKET = 0x1e0;

    private static final int NUMBER = 0x1f0;

    private BootSector() {}

    static byte[] bytes() {
        var code = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        code.put(of(0x31, 0xc0)); // xor ax, ax
        code.put(of(0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0)); // mov ds, ax; mov es, ax; mov ss, ax
        code.put(of(0xbc)).putShort((short) ORIGIN); // mov sp, ORIGIN
        code.put(of(0xfc)); // cld
        var next = code.position();
        code.put(of(0xbf)).putShort((short) BUFFER); // mov di, BUFFER
        code.put(of(0xb9)).putShort((short) (SECTORS * SIZE / 2)); // mov cx, words
        code.put(of(0xa1)).putShort(at(NUMBER)); // mov ax, [NUMBER]
        code.put(of(0xf3, 0xab)); // rep stosw
        code.put(of(0xbe)).putShort(at(PACKET)); // mov si, PACKET
        code.put(of(0xb8, 0x00, 0x43)); // mov ax, 0x4300: extended write
        code.put(of(0xcd, 0x13)); // int 0x13
        code.put(of(0x72)); // jc failed
        var toFailed = code.position();
        code.put(of(0));
        code.put(of(0xff, 0x06)).putShort(at(NUMBER)); // inc word [NUMBER]
        code.put(of(0x81, 0x06)).putShort(at(PACKET + 8)).putShort((short) STRIDE); // add word
        code.put(of(0x81, 0x3e)).putShort(at(NUMBER)).putShort((short) (RUNS + 1)); // cmp word
        code.put(of(0x72, next - (code.position() + 2))); // jb next
        code.put(of(0xba, 0x04, 0x06)); // mov dx, 0x604: ACPI's PM1a control
        code.put(of(0xb8, 0x00, 0x20, 0xef)); // mov ax, 0x2000: sleep enable; out dx, ax
        code.put(of(0xf4, 0xeb, 0xfd)); // hlt; jmp hlt
        code.put(toFailed, (byte) (code.position() - toFailed - 1));
        code.put(of(0xba, 0xf4, 0x00, 0xee)); // mov dx, 0xf4; out dx, al
        code.position(PACKET).put(of(0x10, 0)).putShort((short) SECTORS);
        code.putShort((short) BUFFER).putShort((short) 0).putLong(FIRST);
        code.putShort(NUMBER, (short) 1);
        return code.putShort(SIZE - 2, (short) 0xaa55).array();
    }

    private static short at(int place) {
        return (short) (ORIGIN + place);
    }

    private static byte[] of(int... values) {
        var bytes = new byte[values.length];
        for (var i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Does to a disk's content what the program does to the disk. */
    static void writeInto(byte[] content) {
        var disk = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        for (var run = 0; run < RUNS; run++) {
            disk.position((FIRST + run * STRIDE) * SIZE);
            for (var word = 0; word < SECTORS * SIZE / 2; word++) {
                disk.putShort((short) (run + 1));
            }
        }
    }
}
