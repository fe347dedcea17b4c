package dev.patchbay.backend.demo;

import dev.patchbay.qemu.process.Board;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code demo} was asked for. The launcher has read the options before, since it must know the
 * board to see to its packages; it says what it found as {@code --guest} or {@code --image}.
 *
 * @param board the board to boot
 * @param keep whether the guest stays, on a console, when all was shown
 * @param guest folder of our own guest image; empty with {@code firmware}
 * @param firmware flash image of a BMC to boot instead
 */
record DemoOptions(Board board, boolean keep, Optional<Path> guest, Optional<Path> firmware) {

  /**
   * Reads the launcher's words.
   *
   * @throws IllegalArgumentException naming the word and what was expected
   */
  static DemoOptions parse(List<String> args) {
    Board board = Board.ROMULUS_BMC;
    boolean keep = false;
    Optional<Path> guest = Optional.empty();
    Optional<Path> firmware = Optional.empty();
    for (int i = 0; i < args.size(); i++) {
      String option = args.get(i);
      switch (option) {
        case "--keep" -> keep = true;
        case "--board" -> board = Board.of(value(args, ++i));
        case "--guest" -> guest = Optional.of(Path.of(value(args, ++i)));
        case "--image" -> firmware = Optional.of(Path.of(value(args, ++i)));
        default -> throw new IllegalArgumentException("unknown option '" + option + "'");
      }
    }
    if (guest.isPresent() == firmware.isPresent()) {
      throw new IllegalArgumentException("expected one of --guest and --image");
    }
    if (firmware.isPresent() && board.isPc()) {
      throw new IllegalArgumentException("--image: board " + board + " has no flash for firmware");
    }
    return new DemoOptions(board, keep, guest, firmware);
  }

  private static String value(List<String> args, int index) {
    if (index >= args.size()) {
      throw new IllegalArgumentException(args.get(index - 1) + " needs an argument");
    }
    return args.get(index);
  }
}
