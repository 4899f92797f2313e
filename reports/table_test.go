package reports

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hookcheck/hookcheck/framework/requirement"
)

func render(t *testing.T, report Report, options TableOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteTable(&b, report, options); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTableGolden(t *testing.T) {
	for name, report := range samples(t) {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".80.txt", render(t, report, TableOptions{Width: 80, Dir: "artifacts"}))
		})
	}
	mixed := samples(t)["mixed"]
	golden(t, "mixed.log.txt", render(t, mixed, TableOptions{Dir: "artifacts"}))
	golden(t, "mixed.colour.txt", render(t, mixed, TableOptions{Width: 120, Colour: true, Dir: "artifacts"}))
}

// TestTableFits demands that all but the paths, the timeline and the verdict
// fits the terminal, and that a narrow one counts as 80.
func TestTableFits(t *testing.T) {
	for name, report := range samples(t) {
		for _, width := range []int{20, 80, 100, 160} {
			out := render(t, report, TableOptions{Width: width})
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			for _, line := range lines[:len(lines)-1] {
				if n := utf8.RuneCountInString(line); n > max(width, 80) {
					t.Errorf("%s at %d: %d columns: %s", name, width, n, line)
				}
				if strings.HasSuffix(line, " ") {
					t.Errorf("%s at %d: spaces at the end of %q", name, width, line)
				}
			}
		}
	}
}

func TestTableVerdictLine(t *testing.T) {
	for name, want := range map[string]string{
		"conformant":  "verdict: conformant – 8 of 8 requirements conformant; 3m12s; out/junit.xml out/report.json",
		"mixed":       "verdict: not conformant – 1 requirement violated (1 MUST), 1 unexpected pass; 2 of 7 requirements conformant, 1 inconclusive, 1 not run, 1 known deviation, 1 not applicable; 8 of the catalogue's 9 selected; 3m12s; out/junit.xml out/report.json",
		"interrupted": "verdict: interrupted – stopped with 6 of 8 requirements not judged; 2 of 8 requirements conformant, 6 not run; 8 of the catalogue's 9 selected; 3m12s; out/junit.xml out/report.json",
		"setup":       "verdict: error – the set-up failed; 0 of 8 requirements conformant, 8 not run; 8 of the catalogue's 9 selected; 0.4s; out/junit.xml out/report.json",
		"rewritten":   "verdict: not conformant – 1 requirement violated (1 MUST); 7 of 8 requirements conformant; the platform rewrote 3 fields of 2 pods; 8 of the catalogue's 9 selected; 3m12s; out/junit.xml out/report.json",
		"nothing":     "verdict: inconclusive – nothing was judged; 8 not applicable; 8 of the catalogue's 9 selected; 3m12s; out/junit.xml out/report.json",
	} {
		t.Run(name, func(t *testing.T) {
			lines := strings.Split(strings.TrimSpace(render(t, samples(t)[name], TableOptions{Dir: "out"})), "\n")
			if got := lines[len(lines)-1]; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestRuntimeClassIsShown(t *testing.T) {
	meta := sampleMeta()
	meta.Cluster.RuntimeClass = "crun"
	report := mustNew(t, meta, sampleGood())
	if out := render(t, report, TableOptions{}); !strings.Contains(out, "; runtime class crun; 3m12s; ") {
		t.Errorf("the table does not name it:\n%s", out)
	}
	junit, err := JUnit(report)
	if err != nil || !bytes.Contains(junit, []byte(`<property name="cluster.runtime-class" value="crun">`)) {
		t.Errorf("nor does the JUnit report: %v\n%s", err, junit)
	}
}

func TestTableIsSafeOnATerminal(t *testing.T) {
	results := sampleMixed()
	evil := "\x1b[2J\x1b]0;owned\a\u202egnp\x9b31m"
	results[2].Seen, results[2].Window, results[2].History = evil, evil+"\n"+evil, evil
	results[1].Reason = "pods/exec: " + evil
	meta := sampleMeta()
	meta.Run.Error = evil
	out := render(t, mustNew(t, meta, results), TableOptions{Width: 80, Dir: evil})
	if strings.ContainsAny(out, "\x1b\a\u202e\u009b") {
		t.Errorf("control characters got through: %q", out)
	}
}

func TestTableCapsTheTimeline(t *testing.T) {
	results := sampleMixed()
	results[2].Window = strings.Repeat("0.000 event\n", 50)
	out := render(t, mustNew(t, sampleMeta(), results), TableOptions{})
	if n := strings.Count(out, "0.000 event"); n != windowLines {
		t.Errorf("%d lines of the timeline, want %d", n, windowLines)
	}
	if !strings.Contains(out, "… 10 more lines in the history") {
		t.Errorf("no word on the rest:\n%s", out)
	}
}

// TestTableOrder: what is violated comes last before the verdict, whatever the ids.
func TestTableOrder(t *testing.T) {
	out := render(t, samples(t)["mixed"], TableOptions{})
	last := -1
	for _, part := range []string{"\nknown deviation  1 requirement\n", "\npermitted outcomes, as seen  1 requirement\n", "\nnot applicable  1 requirement\n",
		"\nnot run  1 requirement\n", "\ninconclusive  grace.budget-shared", "\nunexpected pass  delete.shorter", "\nnon-conformant  grace.default-30", "\nverdict: "} {
		at := strings.Index(out, part)
		if at <= last {
			t.Errorf("%q at %d, after what stands at %d", part, at, last)
		}
		last = at
	}
}

func TestViolatedByLevel(t *testing.T) {
	var results []requirement.Result
	for _, r := range sampleGood() {
		r.Verdict = requirement.NonConformant
		results = append(results, r)
	}
	if got, want := violated(mustNew(t, Meta{}, results)), "8 requirements violated (5 MUST, 1 SHOULD, 2 OBSERVED)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestColourNeedsATerminal(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	none := func(string) string { return "" }
	if IsTerminal(file, none) || UseColour(file, none) || Width(file) != 0 {
		t.Error("a file passes for a terminal")
	}
	if IsTerminal(&bytes.Buffer{}, none) || UseColour(&bytes.Buffer{}, none) || Width(&bytes.Buffer{}) != 0 {
		t.Error("a buffer passes for a terminal")
	}
}
