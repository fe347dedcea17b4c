package dev.patchbay.backend.dns;

/** What a forwarder saw and did; written and read on the loop. */
public final class DnsCounters {
  /** Queries of guests. */
  public long queries;

  /** Messages that are no query and got no answer. */
  public long malformed;

  /** Answered with FORMERR. */
  public long formErr;

  /** Answered from our own names. */
  public long own;

  /** Refused by {@code --restrict}. */
  public long refused;

  /** Messages sent to resolvers of the host. */
  public long upstream;

  /** Queries that no resolver answered, or that were one too many: SERVFAIL. */
  public long failed;

  /** Datagrams from a resolver that answer another question. */
  public long mismatched;

  /** Answers cut for UDP. */
  public long truncated;
}
