// Package reports turns the results of a run into what people and machines
// read: report.json, junit.xml, the table at the end and the live progress.
//
// The order of events in a run:
//
//  1. [CreateLog] starts results.jsonl: a header with the run's [Meta] and the
//     selected requirements, then the cluster once it is known, and every result in
//     a line of its own, on disk before anything else is told about it.
//  2. [Progress] shows what runs and what was found.
//  3. [New] joins results and catalogue into a [Report] and decides the
//     [Outcome]; [Write] puts report.json, junit.xml, summary.md and the badges
//     beside the log, each whole or not at all, also when the set-up failed.
//  4. [WriteTable] prints the verdicts.
//
// The page for people, index.html, is made by package page from the same report and
// the histories.
//
// Besides verdicts a report has what the platform made of pods before they were
// stored (rewritten, of package rewrite), whatever the verdicts on them are, how long
// things took over all scenarios (measurements, of package latency), and what the
// run cost the cluster (weight).
//
// [JudgeClaims] and [WriteClaims] put the ledger of claims beside a report.
//
// [Compare] says what a run has otherwise than an earlier one, and [Verify] whether a
// report is what its run wrote.
//
// docs/report.schema.json is the JSON Schema of report.json. It follows from the types
// and their comments: a field that they get appears there after go test ./reports
// -update.
//
// Where a run was killed before step 3, [ReadLog] and [Record.Report] rebuild
// the same report from results.jsonl alone. [OpenLog] and [Log.Resume] let another
// process go on with it, after [Departures] has found that it would be the same run;
// the report then tells each [Resumption].
//
// Two rules hold in all outputs. What was selected and has no result is there,
// as not run with the reason, so a part never poses as the whole. And nothing
// looks like success unless it is: the exit code is 0 exactly if no case of
// junit.xml is a failure or an error.
//
// A known deviation is neither success nor failure: where the catalogue says that
// kubelets of this version part from the documentation, and they do, the result
// is shown with its evidence and the upstream issue, in a column of its own, and
// leaves the exit code alone. Where they do not, it is an unexpected pass, as
// loud as a violation: the list is out of date, or the check sees nothing.
//
// The package knows requirements and results only: no cluster, no scenario. A
// reader who wants the evidence behind a verdict wants package history.
package reports
