package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hookcheck/hookcheck/framework/requirement"
	"github.com/hookcheck/hookcheck/framework/scenario"
	"github.com/hookcheck/hookcheck/reports"
)

// runCommand runs a command line as main does, in an empty directory without any
// kubeconfig.
func runCommand(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBECONFIG", "")
	t.Setenv("ARTIFACTS", "")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	var b bytes.Buffer
	code = execute(t.Context(), args, streams{out: &b, err: &b})
	return code, b.String()
}

func TestBadInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("a: ["), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args string
		code int
		says string
	}{
		{"run --requirement prestop.before-trm", 2, `did you mean "prestop.before-term"?`},
		{"run --requirement nothing.like-this*", 2, "no requirement matches"},
		{"run --profile cor", 2, `did you mean "core"?`},
		{"run --level mst", 2, `did you mean "must"?`},
		{"run --feature-gates A=true", 2, "go with --kind"},
		{"run --kind --feature-gates A=maybe", 2, "A=maybe is neither true nor false"},
		{"run --profile core --requirement prestop.hostpath-survives", 2, "nothing is selected"},
		{"run --kubeconfg x", 2, `did you mean "kubeconfig"?`},
		{"run --procs 0", 2, "--procs 0"},
		{"run --procs x", 2, "invalid argument"},
		{"run --run Night_1", 2, `--run: "Night_1" cannot be part of a namespace's name: `},
		{"run --run a-name-that-is-longer-than-thirty-letters", 2, "has 41 letters, at most 30 are possible"},
		{"run --run=", 2, `--run: "" cannot be part`},
		{"run --runtimeclass x", 2, `did you mean "runtime-class"?`},
		{"run --image ngnix=x", 2, `did you mean "nginx"?`},
		{"run --image nginx", 2, "write name=reference"},
		{"run --label-filter ((", 2, "Syntax Error Parsing Label Filter"},
		{"run --rerun-failed /nonexistent", 2, "--rerun-failed: stat /nonexistent"},
		{"run --rerun-failed .", 2, "holds neither report.json nor results.jsonl"},
		{"run --rerun-failed . --profile core", 2, "--rerun-failed and --profile exclude each other"},
		{"run --resume /nonexistent", 2, "--resume: lstat /nonexistent"},
		{"run --resume .", 2, "has no results.jsonl: name the directory that a run wrote"},
		{"run --resume=", 2, "name the directory of the run to go on with"},
		{"cluster list -o jsn", 2, `did you mean "json"?`},
		{"images list -o jsn", 2, `did you mean "json"?`},
		{"run extra", 2, "unknown command"},
		{"rnu", 2, "run"},
		{"run", 3, "no cluster is configured"},
		{"run --kubeconfig /nonexistent", 2, "name an existing file with --kubeconfig"},
		{"run --kubeconfig " + file, 3, "repair the file"},
		{"run --kind --context x", 2, "exclude each other"},
		{"run --artifacts " + file + "/below", 3, "name another with --artifacts"},
		{"report", 2, "accepts 1 arg"},
		{"report .", 2, "has no results.jsonl"},
		{"compare x", 2, "accepts 2 arg"},
		{"compare /nonexistent .", 2, "name a run's directory or its report.json"},
		{"compare . .", 2, "holds neither report.json nor results.jsonl"},
		{"verify", 2, "accepts 1 arg"},
		{"verify /nonexistent", 2, "does not exist"},
		{"verify .", 2, "`hookcheck report DIR` makes one"},
		{"judge", 2, "accepts 1 arg"},
		{"judge /nonexistent", 2, "is not a directory"},
		{"judge .", 2, "holds no histories"},
		{"list -o jsn", 2, `did you mean "json"?`},
		{"claims -o jsn", 2, `did you mean "json"?`},
		{"claims --verdict refutd", 2, `did you mean "refuted"?`},
		{"claims --run latest", 2, "is not a directory"},
		{"claims --run .", 2, "holds neither report.json nor results.jsonl"},
		{"claims x", 2, "unknown command"},
		{"cluster create --kubernetes 1.36", 2, "name the patch release"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			code, out := runCommand(t, strings.Fields(tc.args)...)
			if code != tc.code || !strings.Contains(strings.Join(strings.Fields(out), " "), tc.says) {
				t.Errorf("exit code %d, want %d; want it to say %q:\n%s", code, tc.code, tc.says, out)
			}
			if strings.Contains(out, "\x1b") {
				t.Errorf("escape sequences in what is no terminal: %q", out)
			}
		})
	}
}

// The name of a run is that of its directory too.
func TestNameOfTheRun(t *testing.T) {
	if code, out := runCommand(t, "run", "--run", "nightly-7"); code != reports.ExitInconclusive {
		t.Fatalf("exit code %d: %s", code, out)
	}
	r, err := reports.Read(filepath.Join("_artifacts", "nightly-7", reports.ReportFile))
	if err != nil || r.Run.ID != "nightly-7" {
		t.Errorf("report of run %q, %v", r.Run.ID, err)
	}
}

// A run that cannot even begin still leaves a report that no one can take for a
// pass.
func TestSetupFailureIsReported(t *testing.T) {
	code, out := runCommand(t, "run", "--artifacts", "here")
	if code != reports.ExitInconclusive {
		t.Fatalf("exit code %d: %s", code, out)
	}
	r, err := reports.Read(filepath.Join("here", reports.ReportFile))
	if err != nil {
		t.Fatal(err)
	}
	if r.ExitCode == 0 || r.Summary.Count(requirement.NotRun) != r.Summary.Total() || r.Run.Error == "" {
		t.Errorf("report: %+v", r.Summary)
	}
	junit, err := os.ReadFile(filepath.Join("here", reports.JUnitFile))
	if err != nil || !bytes.Contains(junit, []byte("<error")) {
		t.Errorf("junit.xml has no error (%v)", err)
	}
	var again bytes.Buffer
	if code := execute(t.Context(), []string{"run", "--artifacts", "here"}, streams{out: &again, err: &again}); code != reports.ExitUsage {
		t.Errorf("a second run into the same directory: exit code %d, want %d: %s", code, reports.ExitUsage, again.String())
	}
}

func TestCatalogueAndSuitesAgree(t *testing.T) {
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	if err := scenario.Validate(catalogue, scenario.All()); err != nil {
		t.Error(err)
	}
}

func TestListHasEverything(t *testing.T) {
	catalogue, err := requirement.Load()
	if err != nil {
		t.Fatal(err)
	}
	count := func(args ...string) int {
		code, out := runCommand(t, append([]string{"list", "-o", "json"}, args...)...)
		var listed []requirement.Requirement
		if err := json.Unmarshal([]byte(out), &listed); code != 0 || err != nil {
			t.Fatalf("exit code %d, %v: %s", code, err, out)
		}
		return len(listed)
	}
	all := len(catalogue.All())
	if n := count(); n != all {
		t.Errorf("%d listed, the catalogue has %d", n, all)
	}
	byLevel := map[requirement.Level]int{}
	for _, r := range catalogue.All() {
		byLevel[r.Level]++
	}
	must := byLevel[requirement.Must] + byLevel[requirement.MustNot]
	should := must + byLevel[requirement.Should] + byLevel[requirement.May]
	for level, want := range map[string]int{"must": must, "should": should, "observed": all} {
		if n := count("--level", level); n != want {
			t.Errorf("--level %s: %d, want %d", level, n, want)
		}
	}
}

func TestListMarks(t *testing.T) {
	special := []requirement.Requirement{
		{ID: "a.plain", Level: requirement.May, Profile: requirement.Core, Sentence: "A sentence."},
		{ID: "a.all", Level: requirement.Must, Profile: requirement.Node, Sentence: "Another.", Gate: "X", Since: "1.33",
			Untestable: "nobody sees it", Deviation: &requirement.Deviation{Documented: "<this>"}},
	}
	var table, asJSON bytes.Buffer
	if err := listTable(&table, special); err != nil {
		t.Fatal(err)
	}
	want := "ID       LEVEL  PROFILE        SENTENCE\na.plain  MAY    core           A sentence.\na.all    MUST   node     DGVU  Another.\n"
	if table.String() != want {
		t.Errorf("got\n%swant\n%s", table.String(), want)
	}
	if err := writeAs(&asJSON, "json", special, nil); err != nil || !strings.Contains(asJSON.String(), `"documented": "<this>"`) ||
		!strings.Contains(asJSON.String(), `"untestable": "nobody sees it"`) || !strings.Contains(asJSON.String(), `"gate": "X"`) {
		t.Errorf("%v:\n%s", err, asJSON.String())
	}
}

func TestList(t *testing.T) {
	code, out := runCommand(t, "list", "--label-filter", "area:grace && level:MUST")
	if code != 0 || !strings.Contains(out, "grace.budget-shared") || strings.Contains(out, "prestop.") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
