package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.classifier.FilterKind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of one kind of filter ({@code struct filter_util}). */
interface TcFilterKind {
  /** Those of iproute2 6.1 that are not here. */
  List<String> NOT_HERE =
      List.of("basic", "bpf", "cgroup", "flow", "route", "rsvp", "rsvp6", "tcindex");

  /**
   * What was asked for.
   *
   * @param filter null where no word was there
   */
  record Wish(int handle, @Nullable Filter filter) {}

  /**
   * Reads all words that are left.
   *
   * @param handle as it was given, or null
   * @param protocol EtherType of the packets, 0 where none was named
   */
  Wish parse(NetworkStack stack, TcArgs args, @Nullable String handle, int protocol)
      throws RefusedException;

  /** Prints a filter without its actions; what stands behind them is printed by the caller. */
  void print(Filter filter, FilterGroup group, TcOut out, TcOptions options);

  /** The words of a kind; for one that nobody knows those of {@code parse_nofopt}. */
  static TcFilterKind of(String name) throws RefusedException {
    FilterKind kind = FilterKind.of(name);
    if (kind == null && NOT_HERE.contains(name)) {
      throw TcArgs.notHere("tc filter … " + name);
    }
    return kind == null ? new TcUnknownFilter(name) : of(kind);
  }

  static TcFilterKind of(FilterKind kind) {
    return switch (kind) {
      case MATCHALL -> new TcMatchall();
      case U32 -> new TcU32();
      case FLOWER -> new TcFlower();
      case FW -> new TcFw();
    };
  }

  /** Reads a class id. */
  static void classId(TcArgs args, Filter filter) throws RefusedException {
    String word = args.argument();
    try {
      filter.classId(TcId.classId(word, ""));
    } catch (RefusedException e) {
      throw TcArgs.wrong("Illegal \"classid\"");
    }
    args.advance();
  }

  /** {@code skip_sw} and {@code skip_hw} need a device that filters by itself. */
  static void refuseOffload(String word) throws RefusedException {
    if (word.equals("skip_hw") || word.equals("skip_sw")) {
      throw TcArgs.notHere("tc filter … " + word);
    }
  }

  /** A kind that nobody knows: the kernel says so. */
  record TcUnknownFilter(String name) implements TcFilterKind {
    @Override
    public Wish parse(NetworkStack stack, TcArgs args, @Nullable String handle, int protocol)
        throws RefusedException {
      if (args.hasWord()) {
        throw TcArgs.wrong(
            "Unknown filter \"" + name + "\", hence option \"" + args.word() + "\" is unparsable");
      }
      long id = handle == null ? 0 : TcUnits.unsigned(handle, 16, 0xffff_ffffL);
      if (id < 0) {
        throw TcArgs.wrong("Unparseable filter ID \"" + handle + "\"");
      }
      return new Wish((int) id, null);
    }

    @Override
    public void print(Filter filter, FilterGroup group, TcOut out, TcOptions options) {
      // there is none of it
    }
  }
}
