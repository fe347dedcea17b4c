package dev.patchbay.qemu.ncsi;

/** How far the answers follow a real card where a real card costs the guest time. */
public enum NcsiProfile {
  /**
   * As a real card: silence for packages and channels that are not there (Linux waits 2 s for
   * each).
   */
  STRICT("strict"),
  /**
   * Refuses absent packages and channels at once, so that a probe ends in milliseconds, and asks a
   * guest whose channel was reset behind its back to configure it again (AEN Configuration
   * Required) instead of letting it time out.
   */
  FAST("fast"),
  /** Answers nothing. */
  OFF("off");

  private final String word;

  NcsiProfile(String word) {
    this.word = word;
  }

  /** The word of the configuration: {@code strict}, {@code fast} or {@code off}. */
  public String word() {
    return word;
  }

  /**
   * The profile of a word.
   *
   * @throws IllegalArgumentException if there is none, naming the word and what was expected
   */
  public static NcsiProfile of(String word) {
    for (NcsiProfile profile : values()) {
      if (profile.word.equals(word)) {
        return profile;
      }
    }
    throw new IllegalArgumentException(
        "ncsi: invalid value '" + word + "', expected fast, strict or off");
  }
}
