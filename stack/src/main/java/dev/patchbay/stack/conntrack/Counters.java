package dev.patchbay.stack.conntrack;

/** What {@code conntrack -S} shows ({@code struct ip_conntrack_stat}); live. */
public final class Counters {
  public long found;
  public long invalid;
  public long insert;
  public long insertFailed;
  public long drop;
  public long earlyDrop;
  public long error;
  public long searchRestart;
  public long clashResolve;
  public long chainTooLong;
  public long expectNew;
  public long expectCreate;
  public long expectDelete;

  Counters() {}
}
