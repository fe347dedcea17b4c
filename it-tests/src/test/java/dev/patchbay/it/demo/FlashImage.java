package dev.patchbay.it.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A flash image that an emulated AST2500 boots from its reset vector: a few instructions that copy
 * our own kernel, device tree and root file system from flash into memory and jump, so that {@code
 * --image} can be tried where no firmware is at hand. Its init runs a script of the test.
 */
final class FlashImage {
  /** Size of romulus-bmc's flash chip. */
  private static final int SIZE = 32 << 20;

  private static final int KERNEL = 0x81000000;
  private static final int DEVICE_TREE = 0x83000000;
  private static final int INITRD = 0x88000000;

  /**
   * ARM, at address 0, where the SoC shows the flash at reset. Rows (from, to, bytes) are copied,
   * the last is (kernel, device tree, 0): the kernel wants r0 = 0, r1 = any, r2 = device tree.
   */
  private static final int[] START = {
    0xe28f4030, // adr   r4, table
    0xe8b40007, // ldmia r4!, {r0, r1, r2}
    0xe3520000, // cmp   r2, #0
    0x0a000004, // beq   go
    0xe8b001e0, // copy: ldmia r0!, {r5-r8}
    0xe8a101e0, // stmia r1!, {r5-r8}
    0xe2522010, // subs  r2, r2, #16
    0xcafffffb, // bgt   copy
    0xeafffff7, // b     next row
    0xe1a02001, // go: mov r2, r1
    0xe1a03000, // mov   r3, r0
    0xe3a00000, // mov   r0, #0
    0xe3e01000, // mvn   r1, #0
    0xe12fff13, // bx    r3
  };

  private static final int AT_KERNEL = 0x1000;

  private FlashImage() {}

  /**
   * Writes one.
   *
   * @param guest folder of the image {@code ast2500}
   * @param script what its init runs
   */
  static void write(Path guest, String script, Path file) throws IOException {
    byte[] kernel = Files.readAllBytes(guest.resolve("kernel"));
    byte[] initrd = initrd(Files.readAllBytes(guest.resolve("initrd")), script);
    String words = "console=ttyS4,115200n8 quiet initrd=0x%x,%d".formatted(INITRD, initrd.length);
    byte[] tree = deviceTree(Files.readAllBytes(guest.resolve("romulus.dtb")), words);
    int atTree = aligned(AT_KERNEL + kernel.length);
    int atInitrd = aligned(atTree + tree.length);
    ByteBuffer flash = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    for (int word : START) {
      flash.putInt(word);
    }
    for (int word :
        List.of(
            AT_KERNEL,
            KERNEL,
            kernel.length,
            atTree,
            DEVICE_TREE,
            tree.length,
            atInitrd,
            INITRD,
            initrd.length,
            KERNEL,
            DEVICE_TREE,
            0)) {
      flash.putInt(word);
    }
    flash.put(AT_KERNEL, kernel).put(atTree, tree).put(atInitrd, initrd);
    Files.write(file, flash.array());
  }

  private static int aligned(int offset) {
    return (offset + 0xfff) & ~0xfff;
  }

  /** The root file system, and behind it an archive (cpio, newc) with the script. */
  private static byte[] initrd(byte[] root, String script) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(root);
    pad(all);
    entry(all, "script", 0100755, script.getBytes(StandardCharsets.UTF_8));
    entry(all, "TRAILER!!!", 0, new byte[0]);
    return all.toByteArray();
  }

  private static void entry(ByteArrayOutputStream all, String name, int mode, byte[] content)
      throws IOException {
    StringBuilder head = new StringBuilder("070701");
    int[] fields = {1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length() + 1, 0};
    for (int field : fields) {
      head.append("%08x".formatted(field));
    }
    all.write(head.append(name).append('\0').toString().getBytes(StandardCharsets.US_ASCII));
    pad(all);
    all.write(content);
    pad(all);
  }

  private static void pad(ByteArrayOutputStream all) {
    while (all.size() % 4 != 0) {
      all.write(0);
    }
  }

  /**
   * The flattened device tree with other {@code bootargs} (Devicetree Specification, chapter 5).
   */
  private static byte[] deviceTree(byte[] tree, String words) {
    byte[] fresh =
        (words + "\0".repeat(4 - words.length() % 4)).getBytes(StandardCharsets.US_ASCII);
    String text = new String(tree, StandardCharsets.ISO_8859_1);
    int at = text.indexOf("console=ttyS4");
    ByteBuffer old = ByteBuffer.wrap(tree);
    int length = (old.getInt(at - 8) + 3) & ~3;
    int more = fresh.length - length;
    ByteBuffer all = ByteBuffer.allocate(tree.length + more);
    all.put(tree, 0, at).put(fresh).put(tree, at + length, tree.length - at - length);
    all.putInt(at - 8, words.length() + 1);
    for (int field : new int[] {4, 12, 36}) { // total size, where the strings are, size of the tree
      all.putInt(field, old.getInt(field) + more);
    }
    return all.array();
  }
}
