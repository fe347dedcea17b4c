/**
 * The same rules, the same packets, the same result: random rules of iptables and random
 * conversations by seed, in a router of Linux's and in ours, and all that comes out, the counters
 * of every rule and the connections that are known held against each other.
 *
 * <pre>
 *   Place        -- ports, hosts, routes --> Filter (OurFilter | KernelFilter of it-tests)
 *   RuleSource   -- seed n: restore files of both families (MatchSource, TargetSource)
 *   Traffic      -- seed n: conversations (Talk, TcpTalk) as Steps, which may look back
 *   Trial        -- both of them --> Outcome; Outcome.against: what differs
 *   Differential -- seed by seed; Shrinker: what a difference does not need goes
 *   Golden       -- a trial with the kernel's outcome as a file; GoldenTest replays it
 * </pre>
 *
 * <p>Another match is a case of {@code MatchSource}, another target one of {@code TargetSource},
 * another kind of traffic a method of {@code Traffic}; the files in the resources do not depend on
 * them. With {@code tracked} there are translated addresses and conditions on connections too.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.oracle.rules;
