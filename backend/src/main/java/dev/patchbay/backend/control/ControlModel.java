package dev.patchbay.backend.control;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What the control socket shows and changes. Called on the loop's thread, within a turn; answers
 * are maps, collections or records that Jackson writes. A method refuses by {@link
 * ControlException}, thrown or as the failure of its stage.
 */
public interface ControlModel {
  /**
   * What a word printed.
   *
   * @param status exit status, 0 to 255
   */
  record ExecResult(int status, String stdout, String stderr) {}

  /**
   * Runs a word.
   *
   * @param argv the word and its arguments, at least one
   * @param stdin what it may read, or empty
   */
  CompletionStage<ExecResult> exec(List<String> argv, String stdin);

  /**
   * Runs a word whose output is to come as it is printed.
   *
   * @param argv the word and its arguments, at least one
   * @param stdin what it may read, or empty
   */
  ByteStream execStream(List<String> argv, String stdin);

  /** The list of {@code GET /v1/ports}. */
  Object ports();

  /** The list of {@code GET /v1/leases}. */
  Object leases();

  /** The list of {@code GET /v1/forwards}. */
  Object forwards();

  /** Adds a forward (400 bad rule, 409 taken); its description is the answer. */
  CompletionStage<? extends Object> addForward(String rule);

  /** Ends a forward (404 where there is none). */
  void removeForward(int id);

  /** The list of {@code GET /v1/captures}. */
  Object captures();

  /**
   * Begins a capture (400 bad port or file, 409 taken); its description is the answer.
   *
   * @param port the only device, or null for all
   * @param file absolute, or null where it is only to be streamed
   */
  CompletionStage<? extends Object> addCapture(@Nullable String port, @Nullable String file);

  /** Ends a capture (404 where there is none). */
  void removeCapture(int id);

  /** One more reader of a capture (404 where there is none, 409 where there are too many). */
  ByteStream readCapture(int id);

  /** {@code GET /v1/metrics} in Prometheus' text format; see {@link MetricsText}. */
  String metrics();
}
