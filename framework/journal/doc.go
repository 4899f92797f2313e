// Package journal is the flight recorder of a fixture container: a text format, its parser, and (on Unix) its writer.
//
// # What it is for
//
// The processes of a container — the application as PID 1, the exec hooks, the exec probes — append short entries to
// the container's termination message file (terminationMessagePath, by default /dev/termination-log). When the
// container is dead the kubelet copies the file into status.containerStatuses[].state.terminated.message, so the record
// survives SIGKILL, needs no volume, no log stream and no network, and is there on every cluster.
//
// # When not to use it
//
// The file is small and it is read once, after the death. What needs room goes to the container's log ([Writer.Log],
// read back with [ParseLog]). And the container states without a message (a container restarted by RestartAllContainers,
// a node that vanished) have no journal either: then there is nothing to parse, which is not the same as an empty journal.
//
// # The limits, and who sets them
//
//   - The kubelet keeps the LAST 4096 bytes of the file: kuberuntime_container.go getTerminationMessage calls
//     tail.ReadAtMost with MaxContainerTerminationMessageLength. Growing past it would cut off the head, that is the
//     start entry; therefore the writer stops before it.
//   - A pod has 12 KiB for all its containers, init and ephemeral ones included. status_manager.go normalizeStatus gives
//     each 12288/n bytes and cuts off the TAIL of what is longer. In a pod of more than three containers the writers need
//     a lower [Options.Limit].
//   - Where the runtime has an error text of its own the kubelet puts it, and ": ", before the message.
//
// # Format, version 1
//
// One entry a line, each written by one write(2) on a descriptor opened with O_APPEND:
//
//	<unix seconds>.<6 digits> <pid> <kind>[ key=value]...*<CRC-8 as two hex digits>\n
//	1763723421.123456 1 start v=1 instance=1*B8
//
// The parts:
//
//   - The time is the node's wall clock (CLOCK_REALTIME) in µs; seconds have ten digits.
//   - pid is the writer's, as seen in its own PID namespace.
//   - kind and keys are lower-case words, digits and dashes; a key may occur several times.
//   - In values every byte outside '!'..'~', and each of % * =, is written %XX. No other byte may be escaped: every entry
//     has exactly one spelling, so encoding what was parsed gives the same bytes.
//   - The CRC-8 (polynomial 0x07, start 0) covers everything before the '*'. It is there to tell torn and interleaved
//     lines from good ones, not against malice.
//
// # The beat
//
// One line, of kind beat, is not history but a clock: the process that owns it rewrites it in place every period (time
// and counter n, both of fixed width). After a SIGKILL it tells the time of death to within a period, where the API has
// whole seconds only. Linux appends on a pwrite(2) to a descriptor with O_APPEND (pwrite(2), BUGS), so the rewriting
// uses a second descriptor without it.
//
// # Reading
//
// [Parse] drops nothing: every byte of the message is part of an [Entry] or of a [Defect], and a damaged line is searched
// for an intact entry behind the damage. Whoever judges a journal looks at the defects too: an event that is missing from
// a journal with defects is unknown, not absent.
package journal
