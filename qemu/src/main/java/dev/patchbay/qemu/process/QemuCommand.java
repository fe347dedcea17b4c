package dev.patchbay.qemu.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A QEMU command line for one of our boards: no display, the first serial line on standard input
 * and output, nothing that QEMU would add on its own.
 *
 * @param words program and arguments
 * @param qmp path of the QMP socket on which QEMU listens, if it was asked for one
 */
public record QemuCommand(List<String> words, Optional<Path> qmp) {

  /** Copies the words. */
  public QemuCommand {
    words = List.copyOf(words);
  }

  /** Begins a command line for a board. */
  public static Builder of(QemuBinary binary, Board board) {
    return new Builder(binary, board.id(), board.machine(), board.isPc()).memory(board.memoryMib());
  }

  /**
   * Begins a command line for a machine that is none of our boards, e.g. {@code none}, whose NICs
   * are devices of their own.
   */
  public static Builder ofMachine(QemuBinary binary, String machine) {
    return new Builder(binary, machine, machine, true);
  }

  /** As a line for people and logs; not quoted for a shell. */
  @Override
  public String toString() {
    return String.join(" ", words);
  }

  /** A command line in the making. */
  public static final class Builder {
    private record Nic(Netdev netdev, String mac) {}

    private final QemuBinary binary;
    private final String board;
    private final String machine;
    private final boolean pluggable;
    private final List<Nic> nics = new ArrayList<>();
    private final List<String> append = new ArrayList<>();
    private final List<String> more = new ArrayList<>();
    private Optional<Path> kernel = Optional.empty();
    private Optional<Path> initrd = Optional.empty();
    private Optional<Path> dtb = Optional.empty();
    private Optional<Path> flash = Optional.empty();
    private Optional<Path> qmp = Optional.empty();
    private int memoryMib;
    private String nicModel = "e1000";
    private String accelerator = "tcg";
    private boolean paused;

    private Builder(QemuBinary binary, String board, String machine, boolean pluggable) {
      this.binary = binary;
      this.board = board;
      this.machine = machine;
      this.pluggable = pluggable;
    }

    /**
     * Boots this image: its keys {@code kernel}, {@code initrd}, and of this board {@code
     * board.NAME.dtb} and {@code board.NAME.append} (words of the kernel's command line), as far as
     * it has them.
     */
    public Builder image(GuestImage image) {
      kernel = image.file("kernel");
      initrd = image.file("initrd");
      dtb = image.file("board." + board + ".dtb");
      image.text("board." + board + ".append").ifPresent(append::add);
      return this;
    }

    /** Boots this kernel. */
    public Builder kernel(Path file) {
      kernel = Optional.of(file);
      return this;
    }

    /** Gives the kernel this initial RAM disk. */
    public Builder initrd(Path file) {
      initrd = Optional.of(file);
      return this;
    }

    /** Gives the kernel this device tree; the boards' kernels need one. */
    public Builder dtb(Path file) {
      dtb = Optional.of(file);
      return this;
    }

    /** Adds words to the kernel's command line. */
    public Builder append(String kernelWords) {
      append.add(kernelWords);
      return this;
    }

    /** Boots a whole flash image (BMC firmware) instead of a kernel; changes to it are not kept. */
    public Builder flash(Path file) {
      flash = Optional.of(file);
      return this;
    }

    /** Memory in MiB; boards with a fixed size refuse others. */
    public Builder memory(int mib) {
      memoryMib = mib;
      return this;
    }

    /**
     * Plugs the next NIC of the board (a PC gets one more). The netdevs are called {@code n0},
     * {@code n1}, …
     *
     * @param mac the NIC's address, {@code xx:xx:xx:xx:xx:xx}; empty for QEMU's choice
     */
    public Builder nic(Netdev netdev, String mac) {
      nics.add(new Nic(netdev, mac));
      return this;
    }

    /** Device name of a PC's NICs, default {@code e1000}. */
    public Builder nicModel(String model) {
      nicModel = model;
      return this;
    }

    /**
     * Value of {@code -accel}, default {@code tcg}. KVM is never chosen by itself: a {@code
     * /dev/kvm} that opens need not run a guest, as in some nested virtual machines, where it hangs
     * in silence.
     */
    public Builder accelerator(String name) {
      accelerator = name;
      return this;
    }

    /** Has QEMU listen for QMP on this path, without waiting for anybody. */
    public Builder qmp(Path socket) {
      qmp = Optional.of(socket);
      return this;
    }

    /** Does not let the CPU run until QMP says {@code cont}. */
    public Builder paused() {
      paused = true;
      return this;
    }

    /** Adds QEMU's own words at the end. */
    public Builder more(String... words) {
      more.addAll(List.of(words));
      return this;
    }

    /**
     * The command line.
     *
     * @throws IllegalArgumentException if this version of QEMU cannot do what was asked for
     */
    public QemuCommand build() {
      List<String> words = new ArrayList<>(binary.command());
      words.addAll(List.of("-M", machine, "-display", "none", "-monitor", "none"));
      words.addAll(List.of("-serial", "stdio"));
      if (pluggable) {
        words.add("-nodefaults");
      }
      words.addAll(List.of("-accel", accelerator));
      if (memoryMib > 0) {
        words.addAll(List.of("-m", String.valueOf(memoryMib)));
      }
      boot(words);
      for (int i = 0; i < nics.size(); i++) {
        plug(words, "n" + i, nics.get(i));
      }
      if (nics.isEmpty() && !pluggable) {
        words.addAll(List.of("-nic", "none"));
      }
      qmp.ifPresent(
          path -> words.addAll(List.of("-qmp", "unix:" + comma(path) + ",server=on,wait=off")));
      if (paused) {
        words.add("-S");
      }
      words.addAll(more);
      return new QemuCommand(words, qmp);
    }

    private void boot(List<String> words) {
      option(words, "-kernel", kernel);
      option(words, "-initrd", initrd);
      option(words, "-dtb", dtb);
      if (kernel.isPresent() && !append.isEmpty()) {
        words.addAll(List.of("-append", String.join(" ", append)));
      }
      flash.ifPresent(file ->
          words.addAll(
              List.of("-drive", "file=" + comma(file) + ",format=raw,if=mtd", "-snapshot")));
    }

    private static void option(List<String> words, String option, Optional<Path> file) {
      file.ifPresent(path -> words.addAll(List.of(option, path.toString())));
    }

    private void plug(List<String> words, String id, Nic nic) {
      words.addAll(List.of("-netdev", nic.netdev.option(id, binary.version())));
      String model = pluggable ? "-device" : "-net";
      String text = pluggable ? nicModel + ",netdev=" + id : "nic,netdev=" + id;
      if (!nic.mac.isEmpty()) {
        text += (pluggable ? ",mac=" : ",macaddr=") + nic.mac;
      }
      words.addAll(List.of(model, text));
    }

    private static String comma(Path path) {
      return path.toString().replace(",", ",,");
    }
  }
}
