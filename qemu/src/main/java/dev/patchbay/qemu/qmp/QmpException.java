package dev.patchbay.qemu.qmp;

import java.io.IOException;

/** An error that QEMU answered to a command. */
public final class QmpException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String errorClass;
  private final String description;

  /**
   * An error answer.
   *
   * @param command the command that was refused
   * @param errorClass QMP's class: {@code GenericError}, {@code CommandNotFound}, {@code
   *     DeviceNotFound}, …
   * @param description QMP's text for people
   */
  public QmpException(String command, String errorClass, String description) {
    super("QMP " + command + ": " + description + " (" + errorClass + ")");
    this.errorClass = errorClass;
    this.description = description;
  }

  /** QMP's class of the error, e.g. {@code GenericError} or {@code CommandNotFound}. */
  public String errorClass() {
    return errorClass;
  }

  /** QMP's text for people. */
  public String description() {
    return description;
  }
}
