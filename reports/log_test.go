package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func newLog(t *testing.T) (*Log, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), LogFile)
	log, err := CreateLog(path, sampleMeta(), sampleSelected())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return log, path
}

func appendAll(t *testing.T, log *Log, results []requirement.Result) {
	t.Helper()
	for _, r := range results {
		if err := log.Append(r); err != nil {
			t.Fatal(err)
		}
	}
}

func rebuild(t *testing.T, path string) (Record, Report) {
	t.Helper()
	record, err := ReadLog(path)
	if err != nil {
		t.Fatal(err)
	}
	report, err := record.Report()
	if err != nil {
		t.Fatal(err)
	}
	return record, report
}

func TestLogRebuildsTheSameReport(t *testing.T) {
	for name, c := range map[string]struct {
		results []requirement.Result
		change  func(*Meta)
	}{
		"mixed":       {sampleMixed(), func(*Meta) {}},
		"interrupted": {sampleMixed()[:2], func(m *Meta) { m.Run.Interrupted = true }},
		"setup":       {nil, func(m *Meta) { m.Run.Error = "no cluster" }},
	} {
		t.Run(name, func(t *testing.T) {
			log, path := newLog(t)
			appendAll(t, log, c.results)
			meta := sampleMeta()
			c.change(&meta)
			if err := log.End(meta); err != nil {
				t.Fatal(err)
			}
			record, got := rebuild(t, path)
			if want := mustNew(t, meta, c.results); !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
			if record.Torn != "" {
				t.Errorf("torn: %s", record.Torn)
			}
		})
	}
}

func TestLogOfAKilledRun(t *testing.T) {
	log, path := newLog(t)
	good := sampleGood()
	appendAll(t, log, good[:2]) // no End, no Close
	_, report := rebuild(t, path)
	if report.Outcome != Interrupted || report.ExitCode != ExitInterrupted || report.Summary.Conformant != 2 || report.Summary.NotRun != 6 {
		t.Errorf("%s %d %+v", report.Outcome, report.ExitCode, report.Summary)
	}
	if report.Run.Seconds != 11 || !report.Run.Ended.Equal(sampleStart.Add(seconds(11))) {
		t.Errorf("ended %s after %g s; want the end of the last scenario, after 11 s", report.Run.Ended, report.Run.Seconds)
	}

	appendAll(t, log, good[2:])
	if _, report = rebuild(t, path); report.Outcome != Conformant {
		t.Errorf("all results were there, and the outcome is %s", report.Outcome)
	}
}

// TestLogCutAnywhere cuts a log after each of its bytes: whatever a kill leaves,
// the whole lines before it count and nothing is invented.
func TestLogCutAnywhere(t *testing.T) {
	log, path := newLog(t)
	appendAll(t, log, sampleMixed())
	if err := log.End(sampleMeta()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := strings.Index(string(data), "\n")
	for n := range data {
		part := data[:n]
		record, err := parseLog(part)
		if n < header {
			if err == nil {
				t.Fatalf("%d bytes: took a torn header", n)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		whole := strings.Count(string(part), "\n") - 1 // results before the last line
		if n == header {
			whole = 0
		}
		atEnd := n > 0 && part[n-1] == '\n'
		missesLineFeedOnly := data[n] == '\n' && !atEnd
		if missesLineFeedOnly && n > header {
			whole++
		}
		whole = min(whole, len(sampleMixed()))
		if len(record.Results) != whole {
			t.Fatalf("%d bytes: %d results, want %d", n, len(record.Results), whole)
		}
		if torn := !atEnd && !missesLineFeedOnly; torn != (record.Torn != "") {
			t.Fatalf("%d bytes: torn is %q, want torn: %t", n, record.Torn, torn)
		}
	}
}

func TestReadLogRefuses(t *testing.T) {
	const header = `{"apiVersion":"hookcheck.dev/results/v1"}` + "\n"
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "line 1 is not a header"},
		{"torn header", header[:20], "line 1 is not a header"},
		{"another version", `{"apiVersion":"hookcheck.dev/results/v2"}`, `line 1: apiVersion is "hookcheck.dev/results/v2"; this hookcheck reads "hookcheck.dev/results/v1"`},
		{"a report", `{"apiVersion":"hookcheck.dev/report/v1"}`, `line 1: apiVersion is "hookcheck.dev/report/v1"`},
		{"torn in the middle", header + `{"requirement":"a` + "\n" + `{"requirement":"a.b"}` + "\n", "line 2: "},
		{"a strange line", header + "{}\n" + `{"requirement":"a.b"}` + "\n", "line 2: neither a result nor the end of the run"},
		{"a result after the end", header + `{"end":{}}` + "\n" + `{"requirement":"a.b"}` + "\n", "line 3: the run ended in the line before"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), LogFile)
			if err := os.WriteFile(path, []byte(c.data), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := ReadLog(path)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want the path and %q", err, c.want)
			}
		})
	}
}

func TestCreateLogRefusesAnotherRuns(t *testing.T) {
	_, path := newLog(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = CreateLog(path, sampleMeta(), nil)
	if err == nil || !strings.Contains(err.Error(), path+" holds the results of another run: choose another artifacts directory") {
		t.Errorf("got %v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the other run's file was changed")
	}
}

func TestLogFromManyGoroutines(t *testing.T) {
	log, path := newLog(t)
	const n = 64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			r := requirement.Result{Requirement: fmt.Sprintf("a.r%d", i), Verdict: requirement.Conformant, Window: strings.Repeat("x", 9000)}
			if err := log.Append(r); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	record, err := ReadLog(path)
	if err != nil || record.Torn != "" {
		t.Fatal(err, record.Torn)
	}
	seen := map[string]bool{}
	for _, r := range record.Results {
		seen[r.Requirement] = len(r.Window) == 9000
	}
	if len(seen) != n {
		t.Errorf("%d different results, want %d", len(seen), n)
	}
}

func TestLogErrors(t *testing.T) {
	log, path := newLog(t)
	bad := conformant("prestop.sleep", "prestop/sleep", 0, math.NaN())
	if err := log.Append(bad); err == nil || !strings.Contains(err.Error(), "append the result of prestop.sleep to "+path) {
		t.Errorf("NaN: %v", err)
	}
	appendAll(t, log, sampleGood()[:1])
	if record, _ := rebuild(t, path); len(record.Results) != 1 {
		t.Errorf("%d results, want the one that was good", len(record.Results))
	}
	if err := errors.Join(log.Close(), log.Close()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if err := log.Append(sampleGood()[1]); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := CreateLog(filepath.Join(path, "x"), Meta{}, nil); err == nil {
		t.Error("a log below a file")
	}
}

func FuzzParseLog(f *testing.F) {
	f.Add([]byte(`{"apiVersion":"hookcheck.dev/results/v1","selected":[{"id":"a.b"}]}` + "\n" + `{"requirement":"a.b","verdict":"conformant"}` + "\n" + `{"end":{}}` + "\n"))
	f.Add([]byte(`{"apiVersion":"hookcheck.dev/results/v1"}` + "\n" + `{"requ`))
	f.Fuzz(func(t *testing.T, data []byte) {
		record, err := parseLog(data)
		if err != nil {
			return
		}
		report, err := record.Report()
		if err == nil && report.ExitCode == ExitConformant && report.Summary.Conformant == 0 {
			t.Error("a success without a conformant requirement")
		}
	})
}
