package dev.patchbay.qemu.qtest;

import dev.patchbay.qemu.device.DeviceBus;
import dev.patchbay.qemu.device.GuestMemory;
import dev.patchbay.qemu.device.InterruptLine;
import dev.patchbay.qemu.device.VirtualClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A machine without a CPU: RAM and devices at their addresses, interrupt lines, a virtual clock. It
 * answers qtest's commands; whatever they say, it does not throw.
 */
public final class QtestMachine {
  /** Lines of the interrupt controller, 0 to this; an AST2500's has fewer. */
  private static final int LINES = 1024;

  private static final Logger LOG = LogManager.getLogger(QtestMachine.class);

  /** Longest run of memory that one command may name; QEMU has no limit and runs out of memory. */
  static final int MOST = 1 << 20;

  private record Region(long address, DeviceBus device) {
    boolean holds(long at) {
      return at >= address && at < end();
    }

    long end() {
      return address + device.size();
    }
  }

  private final GuestMemory ram;
  private final VirtualClock clock;
  private final List<Region> regions = new ArrayList<>();
  private final StringBuilder interrupts = new StringBuilder();
  private final BitSet levels = new BitSet();
  private boolean intercepted;

  /** A machine with memory and nothing else. */
  public QtestMachine(GuestMemory ram, VirtualClock clock) {
    this.ram = ram;
    this.clock = clock;
  }

  /** Its memory. */
  public GuestMemory ram() {
    return ram;
  }

  /** Its clock. */
  public VirtualClock clock() {
    return clock;
  }

  /** Puts a device at a physical address. */
  public QtestMachine map(long address, DeviceBus device) {
    regions.add(new Region(address, device));
    return this;
  }

  /** Interrupt line {@code number} of the machine, for a device to raise. */
  public InterruptLine line(int number) {
    return raised -> setLine(number, raised);
  }

  private void setLine(int number, boolean raised) {
    if (intercepted && levels.get(number) != raised) {
      interrupts.append(raised ? "IRQ raise " : "IRQ lower ").append(number).append('\n');
    }
    levels.set(number, raised);
  }

  /**
   * Takes the lines that tell of interrupts since the last answer: what came by a frame between two
   * commands is told before the next answer, or earlier by who asks here.
   */
  public String takeInterrupts() {
    String taken = interrupts.toString();
    interrupts.setLength(0);
    return taken;
  }

  /**
   * Carries out a command.
   *
   * @param line without the line's end
   * @return one or more lines, each with its end
   */
  public String execute(String line) {
    String[] words = line.strip().split(" +", -1);
    String answer;
    try {
      answer = carryOut(words);
    } catch (NumberFormatException e) {
      answer = "FAIL Invalid number in '" + words[0] + "'";
    } catch (IllegalArgumentException e) {
      answer = "FAIL " + e.getMessage();
    } catch (RuntimeException e) {
      // a fault of a device of ours: the client is told, and the machine serves on
      LOG.error("qtest: '{}' failed", words[0], e);
      answer = "FAIL Internal error in '" + words[0] + "': " + e;
    }
    return takeInterrupts() + answer + "\n";
  }

  private static String word(String[] words, int number) {
    if (number >= words.length) {
      throw new IllegalArgumentException("Not enough arguments for '" + words[0] + "'");
    }
    return words[number];
  }

  private static long number(String[] words, int number) {
    return Hex.number(word(words, number));
  }

  private String carryOut(String[] words) {
    return switch (words[0]) {
      case "readb" -> load(words, 1);
      case "readw" -> load(words, 2);
      case "readl" -> load(words, 4);
      case "readq" -> load(words, 8);
      case "writeb" -> store(words, 1);
      case "writew" -> store(words, 2);
      case "writel" -> store(words, 4);
      case "writeq" -> store(words, 8);
      case "read" -> readRun(words);
      case "b64read" -> readBase64(words);
      case "write" -> writeRun(words);
      case "b64write" -> writeBase64(words);
      case "memset" -> fill(words);
      case "irq_intercept_in", "irq_intercept_out" -> intercept(words);
      case "set_irq_in" -> setIrqIn(words);
      case "clock_step" -> step(words);
      case "clock_set" -> set(words);
      case "endianness" -> "OK little";
      default -> "FAIL Unknown command '" + words[0] + "'";
    };
  }

  private @Nullable Region region(long address) {
    for (Region region : regions) {
      if (region.holds(address)) {
        return region;
      }
    }
    return null;
  }

  /**
   * Bytes of the next access to a device: QEMU splits what is longer or not aligned ({@code
   * memory_access_size}; none of our devices takes more than 4).
   */
  private static int width(Region region, long address, int left) {
    int aligned = (int) Math.min(4, Long.lowestOneBit(address | 4));
    int inside = (int) Math.min(left, region.end() - address);
    return Math.min(aligned, Integer.highestOneBit(inside));
  }

  /** Loads what a CPU would: registers, memory, and 0 where nothing is. */
  private void load(long address, byte[] to) {
    if (ram.read(address, to, 0, to.length)) {
      return;
    }
    int done = 0;
    while (done < to.length) {
      long at = address + done;
      Region region = region(at);
      if (region == null) {
        ram.read(at, to, done++, 1);
        continue;
      }
      int width = width(region, at, to.length - done);
      int value = region.device.read((int) (at - region.address), width);
      for (int i = 0; i < width; i++) {
        to[done++] = (byte) (value >> 8 * i);
      }
    }
  }

  private void store(long address, byte[] from) {
    if (ram.write(address, from, 0, from.length)) {
      return;
    }
    int done = 0;
    while (done < from.length) {
      long at = address + done;
      Region region = region(at);
      if (region == null) {
        ram.write(at, from, done++, 1);
        continue;
      }
      int width = width(region, at, from.length - done);
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= (from[done++] & 0xff) << 8 * i;
      }
      region.device.write((int) (at - region.address), width, value);
    }
  }

  private String load(String[] words, int width) {
    byte[] bytes = new byte[width];
    load(number(words, 1), bytes);
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << 8 | bytes[i] & 0xff;
    }
    return String.format(Locale.ROOT, "OK 0x%016x", value);
  }

  private String store(String[] words, int width) {
    long address = number(words, 1);
    long value = number(words, 2);
    byte[] bytes = new byte[width];
    for (int i = 0; i < width; i++) {
      bytes[i] = (byte) (value >> 8 * i);
    }
    store(address, bytes);
    return "OK";
  }

  private static int length(String[] words) {
    long length = number(words, 2);
    if (length <= 0 || length > MOST) {
      throw new IllegalArgumentException(
          "Length " + Long.toUnsignedString(length) + " is out of range, expected 1 to " + MOST);
    }
    return (int) length;
  }

  private byte[] bytes(String[] words) {
    long address = number(words, 1);
    byte[] bytes = new byte[length(words)];
    load(address, bytes);
    return bytes;
  }

  private String readRun(String[] words) {
    byte[] bytes = bytes(words);
    StringBuilder out = new StringBuilder("OK 0x");
    Hex.append(out, bytes, bytes.length);
    return out.toString();
  }

  private String readBase64(String[] words) {
    return "OK " + Base64.getEncoder().encodeToString(bytes(words));
  }

  private String writeRun(String[] words) {
    byte[] bytes = new byte[length(words)];
    Hex.parse(word(words, 3), bytes, bytes.length);
    store(number(words, 1), bytes);
    return "OK";
  }

  private String writeBase64(String[] words) {
    byte[] bytes = Base64.getDecoder().decode(word(words, 3));
    if (bytes.length != length(words)) {
      throw new IllegalArgumentException(
          "b64write: data length mismatch, expected " + length(words) + ", found " + bytes.length);
    }
    store(number(words, 1), bytes);
    return "OK";
  }

  private String fill(String[] words) {
    byte[] bytes = new byte[length(words)];
    Arrays.fill(bytes, (byte) number(words, 3));
    store(number(words, 1), bytes);
    return "OK";
  }

  /** All lines of the machine are told, whatever device is named: it has one controller. */
  private String intercept(String[] words) {
    word(words, 1);
    intercepted = true;
    return "OK";
  }

  /**
   * Sets an input of the machine's interrupt controller, whatever device is named: no other has
   * inputs, and they have no names ({@code unnamed-gpio-in}).
   */
  private String setIrqIn(String[] words) {
    String name = word(words, 2);
    if (!name.equals("unnamed-gpio-in")) {
      throw new IllegalArgumentException("Unknown input '" + name + "', expected unnamed-gpio-in");
    }
    long line = number(words, 3);
    long level = number(words, 4);
    if (line < 0 || line >= LINES) {
      throw new IllegalArgumentException(
          "Line " + Long.toUnsignedString(line) + " is out of range, expected 0 to " + (LINES - 1));
    }
    setLine((int) line, level != 0);
    return "OK";
  }

  private static long nanos(String[] words) {
    long nanos = number(words, 1);
    if (nanos < 0) {
      throw new IllegalArgumentException(
          "A time of " + Long.toUnsignedString(nanos) + " ns is beyond " + VirtualClock.END);
    }
    return nanos;
  }

  private String step(String[] words) {
    if (words.length > 1) {
      clock.step(nanos(words));
    } else if (clock.nextDeadline() != Long.MAX_VALUE) {
      clock.stepTo(clock.nextDeadline());
    }
    return "OK " + clock.now();
  }

  private String set(String[] words) {
    clock.stepTo(nanos(words));
    return "OK " + clock.now();
  }
}
